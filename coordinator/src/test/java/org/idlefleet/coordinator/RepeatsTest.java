package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.RepeatsRestored.Kept;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class RepeatsTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final ClientId ACME = new ClientId("acme");

    private static Digest digest(int number) {
        return Digest.of(ByteBuffer.allocate(4).putInt(number).array());
    }

    private static Kept kept(int name, Instant at) {
        return new Kept(
                ACME, new Once(digest(name), digest(0)), new JobId(name), Assurance.QUORUM, at);
    }

    private static Repeats of(List<Kept> kept) {
        var repeats = new Repeats();
        repeats.apply(new Event.RepeatsRestored(kept));
        return repeats;
    }

    @Test
    void aNameIsRememberedForADayAlsoBySnapshots() {
        Repeats first = of(List.of(kept(1, NOON), kept(2, NOON.plusSeconds(60))));
        var again = new Repeats();
        first.snapshot().forEach(event -> again.apply((Event.RepeatsRestored) event));
        for (Repeats repeats : List.of(first, again)) {
            Instant end = NOON.plus(Once.REMEMBERED);
            assertThat(repeats.answer(ACME, new Once(digest(1), digest(0)), end))
                    .contains(new Answer.Repeated(new JobId(1), Assurance.QUORUM));
            assertThat(repeats.answer(ACME, new Once(digest(1), digest(9)), end))
                    .contains(new Answer.Refused(new Refusal.NameTaken(Optional.of(new JobId(1)))));
            assertThat(repeats.answer(ACME, new Once(digest(1), digest(0)), end.plusMillis(1)))
                    .isEmpty();
            assertThat(repeats.answer(new ClientId("x"), new Once(digest(1), digest(0)), end))
                    .isEmpty();
        }
        assertThat(new Repeats().snapshot()).isEmpty();
    }

    @Test
    void theNewestAreRemembered() {
        var all = new ArrayList<Kept>();
        for (int i = 1; i <= Repeats.KEPT_MAX + 2; i++) {
            all.add(kept(i, NOON));
        }
        Repeats repeats = of(all);
        assertThat(repeats.answer(ACME, new Once(digest(2), digest(0)), NOON)).isEmpty();
        assertThat(repeats.answer(ACME, new Once(digest(3), digest(0)), NOON)).isPresent();
        assertThat(((Event.RepeatsRestored) repeats.snapshot().getFirst()).kept())
                .hasSize(Repeats.KEPT_MAX);
    }

    @Test
    void aNameThatIsUsedAgainAfterADayIsTheNewJobs() {
        Instant next = NOON.plus(Once.REMEMBERED).plusMillis(1);
        var repeats = of(List.of(kept(1, NOON)));
        repeats.apply(
                new Event.RepeatsRestored(
                        List.of(
                                new Kept(
                                        ACME,
                                        new Once(digest(1), digest(5)),
                                        new JobId(7),
                                        Assurance.QUORUM,
                                        next))));
        assertThat(repeats.answer(ACME, new Once(digest(1), digest(5)), next))
                .contains(new Answer.Repeated(new JobId(7), Assurance.QUORUM));
    }
}
