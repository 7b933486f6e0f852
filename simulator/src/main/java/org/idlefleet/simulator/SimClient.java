package org.idlefleet.simulator;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.ClientTerms;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.JobRequest;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.ItemKind;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Somebody who sends jobs of all sizes, now and then takes one back, and may run out of money. */
final class SimClient {
    private static final int ITEM_BYTES_MAX = 200;
    private static final Duration INSIST = Duration.ofSeconds(3);

    private final ClientId client;
    private final CoordinatorProcess coordinator;
    private final Timeline time;
    private final Chance chance;
    private final Corners corners;
    private final int itemsMax;
    private final int quorumMax;
    private final boolean poor;
    private final Chance silent;
    private final ClientTerms terms;
    private int payments;

    SimClient(
            String name,
            CoordinatorProcess coordinator,
            Timeline time,
            Chance chance,
            Chance silent,
            Corners corners,
            int itemsMax,
            int quorumMax) {
        this.client = new ClientId(name);
        this.coordinator = coordinator;
        this.time = time;
        this.chance = chance;
        this.corners = corners;
        this.itemsMax = itemsMax;
        this.quorumMax = quorumMax;
        this.poor = chance.hits(0.25);
        this.silent = silent;
        this.terms =
                silent.hits(0.5)
                        ? ClientTerms.NONE
                        : silent.of(
                                List.of(
                                        new ClientTerms(Assurance.STANDARD, Assurance.BULK),
                                        new ClientTerms(Assurance.STRICT, Assurance.QUORUM),
                                        new ClientTerms(Assurance.VERIFIED, Assurance.STRICT)));
    }

    String name() {
        return client.value();
    }

    /** Pays in advance; says it again under the same reference until it is acknowledged. */
    void pay() {
        insist("payment-" + ++payments, poor ? Money.parse("0.1") : Money.ofUnits(1_000));
    }

    private void insist(String reference, Money amount) {
        var answered = new boolean[1];
        coordinator.ask(
                request -> new Command.FundClient(request, client, amount, reference),
                answer -> {
                    answered[0] = true;
                    Broken.unless(answer instanceof Answer.Done, "a payment is taken", answer);
                    Broken.unless(
                            coordinator
                                    .reference()
                                    .book()
                                    .knows("fund/" + client + "/" + reference),
                            "an acknowledged payment is booked",
                            reference);
                });
        time.in(
                INSIST,
                () -> {
                    if (!answered[0]) {
                        insist(reference, amount);
                    }
                });
    }

    void submit() {
        if (!coordinator.up()) {
            return;
        }
        int count = (int) chance.logUniform(1, itemsMax);
        var items = new ArrayList<byte[]>(count);
        var units = new int[count];
        for (int i = 0; i < count; i++) {
            items.add(chance.bytes(chance.between(2, ITEM_BYTES_MAX)));
            units[i] = Truth.MANIFEST.workUnits(ItemKind.TEXT, items.get(i).length);
        }
        Truth.Poison poison =
                chance.hits(0.04)
                        ? chance.hits(0.5) ? Truth.Poison.INPUT : Truth.Poison.RUNTIME
                        : Truth.Poison.NONE;
        if (poison != Truth.Poison.NONE) {
            int at = chance.between(0, count - 1);
            items.set(at, poison.item());
            units[at] = Truth.MANIFEST.workUnits(ItemKind.TEXT, items.get(at).length);
        }
        boolean interactive = chance.hits(0.5);
        Assurance drawn =
                chance.hits(0.4) ? chance.of(List.of(Assurance.values())) : Assurance.QUORUM;
        boolean floored = terms.floor() != Assurance.QUORUM;
        boolean votes = drawn == Assurance.QUORUM && !floored;
        int quorum = votes ? chance.between(1, quorumMax) : 1;
        Optional<Assurance> assurance = silent.hits(0.2) ? Optional.empty() : Optional.of(drawn);
        var request =
                new JobRequest(
                        Truth.MANIFEST.model(),
                        ItemKind.TEXT,
                        WorkUnits.of(units),
                        quorum,
                        interactive ? Tier.INTERACTIVE : Tier.BATCH,
                        deadline(interactive),
                        chance.hits(interactive ? 0.1 : 0.6),
                        assurance);
        coordinator.payloads().stage(coordinator.nextRequest(), request.units(), items);
        coordinator.ask(
                number -> new Command.SubmitJob(number, client, request),
                answer -> heard(answer, assurance));
    }

    private Instant deadline(boolean interactive) {
        Instant now = time.now();
        if (interactive) {
            return now.plus(chance.between(Duration.ofSeconds(5), Duration.ofMinutes(2)));
        }
        return chance.hits(0.2)
                ? now.plus(chance.between(Duration.ofSeconds(20), Duration.ofMinutes(5)))
                : now.plus(Duration.ofHours(12));
    }

    /** Who says nothing gets what is usual for it, and nobody less than the floor. */
    private void check(Assurance got, Optional<Assurance> asked) {
        if (asked.isEmpty()) {
            Broken.unless(got == terms.usual(), "who says nothing gets the usual", got, terms);
            corners.met(Corner.TERMS_UNSAID);
        } else if (got != asked.get()) {
            Broken.unless(got == terms.floor(), "who asks for less gets the floor", got, terms);
            corners.met(Corner.TERMS_RAISED);
        }
    }

    /** What the operator has set for this client. */
    ClientTerms terms() {
        return terms;
    }

    ClientId client() {
        return client;
    }

    private void heard(Answer answer, Optional<Assurance> asked) {
        long request = coordinator.answering();
        switch (answer) {
            case Answer.Admitted admitted -> {
                coordinator.payloads().admit(request, admitted.job());
                check(admitted.assurance(), asked);
                if (chance.hits(0.05)) {
                    time.in(
                            chance.exponential(Duration.ofSeconds(20)),
                            () ->
                                    coordinator.ask(
                                            number ->
                                                    new Command.CancelJob(
                                                            number, client, admitted.job()),
                                            _ -> {}));
                }
            }
            case Answer.Refused refused -> {
                coordinator.payloads().discard(request);
                refused(refused.refusal());
            }
            case Answer.Done _, Answer.Enrolled _, Answer.Repeated _, Answer.Seen _ ->
                    throw new Broken("a submission was answered by " + answer);
        }
    }

    private void refused(Refusal refusal) {
        switch (refusal) {
            case Refusal.NoFunds _ -> {
                corners.met(Corner.REFUSED_FUNDS);
                pay();
            }
            case Refusal.NoNodes _ -> corners.met(Corner.REFUSED_NODES);
            case Refusal.Full _ -> corners.met(Corner.REFUSED_BUSY);
            case Refusal.UnknownModel _,
                    Refusal.BadSize _,
                    Refusal.BadQuorum _,
                    Refusal.UnknownJob _,
                    Refusal.UnknownNode _,
                    Refusal.NameTaken _,
                    Refusal.Conflict _,
                    Refusal.BadToken _ ->
                    throw new Broken("a good job was refused: " + refusal.text());
        }
    }

    /** Names of several clients. */
    static List<String> names(int count) {
        return java.util.stream.IntStream.range(0, count).mapToObj(i -> "client" + i).toList();
    }
}
