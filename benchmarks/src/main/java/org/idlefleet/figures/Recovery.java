package org.idlefleet.figures;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.protocol.adapter.NodeIdentity;

import java.util.List;

/**
 * Kill -9 of a coordinator with many open shards, some of them on nodes that hold them then, and
 * what is there after the restart.
 */
public final class Recovery implements Bench {
    private static final StubNodes.Manner AT_ONCE = new StubNodes.Manner(256, 0.4, false);

    /** Four work units at ten micro-credits. */
    private static final long PRICE_MICROS = 40;

    @Override
    public String name() {
        return "recovery";
    }

    @Override
    public String description() {
        return "kill -9 with many open shards: time until it serves again, what is lost, paid"
                + " twice";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        int open = quick ? 2_000 : 100_000;
        int more = open / 2;
        try (var fleet = new StubFleet(StubFleet.ONE_ITEM_SHARDS)) {
            List<NodeIdentity> identities = StubNodes.enrol(fleet.fleet(), 4, "owner");
            fleet.submit(open + more);
            try (var stubs = new StubNodes(fleet.fleet(), fleet.manifest())) {
                stubs.answerAtMost(more);
                stubs.connectAll(identities, AT_ONCE);
                fleet.awaitOpen(open);
                long before = fleet.openItems();
                long began = System.nanoTime();
                fleet.fleet().restartCoordinator();
                double seconds = (System.nanoTime() - began) / 1e9;
                long after = fleet.openItems();
                figures.note(
                        before
                                + " open shards of one job, "
                                + more
                                + " settled before; from kill -9 to ready");
                figures.atMost("recovery.ready", seconds, "s", 2);
                figures.atMost("recovery.lost", (double) Math.abs(before - after), "shards", 0);
            }
            try (var stubs = new StubNodes(fleet.fleet(), fleet.manifest())) {
                stubs.connectAll(identities, AT_ONCE);
                double rest = fleet.awaitOpen(0);
                figures.plain("recovery.rate-after", open / rest, "shards/s");
            }
            long spent = spentMicros(fleet);
            figures.atMost(
                    "recovery.paid-twice",
                    (double) Math.abs(spent - (open + more) * PRICE_MICROS) / PRICE_MICROS,
                    "shards",
                    0);
        }
    }

    /** What left the client's accounts, once the ledger has caught up with the log. */
    private static long spentMicros(StubFleet fleet) throws InterruptedException {
        for (int i = 0; ; i++) {
            try (LedgerReader ledger =
                    LedgerReader.open(fleet.fleet().data().resolve("ledger.db"))) {
                var balances = ledger.balances();
                Money held = balances.getOrDefault(AccountId.hold("bench"), Money.ZERO);
                if (held.isZero() || i == 600) {
                    Money prepaid = balances.getOrDefault(AccountId.prepaid("bench"), Money.ZERO);
                    return 1_000_000_000_000L - prepaid.millionths() - held.millionths();
                }
            }
            Thread.sleep(100);
        }
    }
}
