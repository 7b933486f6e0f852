package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.simulator.trust.Craft.Entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The library of adversaries. */
public final class Adversaries {
    private static final int WARM_UP = Standing.WARM_UP;
    private static final Plan AWAKE = Plan.sleeper(WARM_UP, Plan.steady(1));
    private static final List<Adversary> ALL = all();

    private Adversaries() {}

    /** In the order of the table. */
    public static List<Adversary> library() {
        return ALL;
    }

    public static Optional<Adversary> named(String name) {
        return ALL.stream().filter(adversary -> adversary.name().equals(name)).findFirst();
    }

    private static List<Adversary> all() {
        var all = new ArrayList<Adversary>();
        for (String share : List.of("1", "0.3", "0.1", "1e-2", "1e-3", "1e-4", "1e-5")) {
            all.add(
                    new Adversary(
                            "steady-" + share,
                            "sends a wrong result with probability " + share + " from the start",
                            Plan.steady(Double.parseDouble(share)),
                            Craft.PLAIN));
        }
        sleepers(all);
        coalitions(all);
        newcomers(all);
        draggers(all);
        lazyOnes(all);
        unlucky(all);
        return List.copyOf(all);
    }

    private static void sleepers(List<Adversary> all) {
        all.add(
                new Adversary(
                        "sleeper",
                        "is honest until the warm-up is over, then always wrong",
                        AWAKE,
                        Craft.PLAIN));
        all.add(
                new Adversary(
                        "long-sleeper",
                        "is honest for ten warm-ups, then always wrong",
                        Plan.sleeper(10 * WARM_UP, Plan.steady(1)),
                        Craft.PLAIN));
        all.add(
                new Adversary(
                        "watcher",
                        "is wrong once whenever it has passed 300 checks in a row",
                        Plan.watcher(300),
                        Craft.PLAIN));
        all.add(
                new Adversary(
                        "drip",
                        "is wrong as seldom as lets most of it become final",
                        Plan.sleeper(WARM_UP, Plan.drip()),
                        Craft.PLAIN));
        all.add(
                new Adversary(
                        "slow-drip",
                        "is honest until the warm-up is over, then wrong once in a thousand",
                        Plan.sleeper(WARM_UP, Plan.steady(1e-3)),
                        Craft.PLAIN));
    }

    private static void coalitions(List<Adversary> all) {
        all.add(
                new Adversary(
                        "smash",
                        "all are wrong from the same moment on, and cover for each other",
                        Plan.together(0.25),
                        Craft.COVERING));
        all.add(
                new Adversary(
                        "safe-strike",
                        "is wrong when a second replica would be a friend's, and covers for him",
                        Plan.sleeper(WARM_UP, Plan.whenSafe()),
                        Craft.COVERING));
        all.add(
                new Adversary(
                        "cover-up",
                        "drips, and finds the wrong results of friends right when it audits them",
                        Plan.sleeper(WARM_UP, Plan.steady(1e-3)),
                        Craft.COVERING));
        all.add(
                new Adversary(
                        "slow-cover-up",
                        "the same, ten times as seldom: nothing of it can be withdrawn",
                        Plan.sleeper(WARM_UP, Plan.steady(1e-4)),
                        Craft.COVERING));
        all.add(
                new Adversary(
                        "false-accuser",
                        "calls every twentieth right result wrong that it audits",
                        Plan.NEVER,
                        Craft.accusing(0.05)));
        all.add(
                new Adversary(
                        "colluding-client",
                        "buys a fifth of all work itself, is honest there and wrong elsewhere",
                        Plan.sleeper(WARM_UP, Plan.steady(0.8)),
                        Craft.COVERING));
    }

    private static void newcomers(List<Adversary> all) {
        all.add(
                new Adversary(
                        "whitewasher",
                        "a sleeper that comes back under a new name when it was convicted",
                        AWAKE,
                        Craft.PLAIN.with(false, Entry.BACK_AGAIN)));
        all.add(
                new Adversary(
                        "whitewashing-drip",
                        "a slow drip that comes back under a new name when it was convicted",
                        Plan.sleeper(WARM_UP, Plan.steady(1e-2)),
                        Craft.PLAIN.with(false, Entry.BACK_AGAIN)));
        all.add(
                new Adversary(
                        "sybils",
                        "sleepers that come as fast as strangers are admitted, and cover up",
                        Plan.sleeper(WARM_UP, Plan.steady(1e-2)),
                        Craft.COVERING.with(true, Entry.ONE_BY_ONE)));
    }

    private static void draggers(List<Adversary> all) {
        for (String drag : List.of("0.3", "0.6", "0.9", "1.2")) {
            all.add(
                    new Adversary(
                            "drag-" + drag,
                            "pulls every result " + drag + " tolerances away from the right one",
                            Plan.NEVER,
                            Craft.dragging(Double.parseDouble(drag))));
        }
    }

    private static void lazyOnes(List<Adversary> all) {
        all.add(
                new Adversary(
                        "lazy-small-model",
                        "runs a smaller model once the warm-up is over, in audits too",
                        AWAKE,
                        Craft.lazy(Double.POSITIVE_INFINITY, 1)));
        all.add(
                new Adversary(
                        "lazy-int4",
                        "runs coarser weights for half of its work, three tolerances off",
                        Plan.sleeper(WARM_UP, Plan.steady(0.5)),
                        Craft.lazy(3, 0.5)));
        all.add(
                new Adversary(
                        "lazy-cached",
                        "answers a fifth of its work with what it answered before",
                        Plan.sleeper(WARM_UP, Plan.steady(0.2)),
                        Craft.broken(0.2)));
        all.add(
                new Adversary(
                        "lazy-truncated",
                        "computes only the beginning of a tenth of its work",
                        Plan.sleeper(WARM_UP, Plan.steady(0.1)),
                        Craft.lazy(10, 0.1)));
    }

    private static void unlucky(List<Adversary> all) {
        all.add(
                new Adversary(
                        "faulty-hardware",
                        "honest, on a chip that gets one result in a hundred thousand wrong",
                        Plan.steady(1e-5),
                        Craft.broken(1e-5)));
        all.add(
                new Adversary(
                        "slow-loris",
                        "takes every audit that it is given and does not answer",
                        Plan.NEVER,
                        Craft.stalling(1)));
    }
}
