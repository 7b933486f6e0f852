package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.RepeatsRestored;
import org.idlefleet.coordinator.Event.RepeatsRestored.Kept;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which jobs clients named themselves, so that the same request again gets the same job: for {@link
 * Once#REMEMBERED}, the newest {@value #KEPT_MAX}.
 */
final class Repeats {
    static final int KEPT_MAX = 100_000;

    private final Map<Name, Kept> byName = new HashMap<>();
    private final Deque<Kept> oldestFirst = new ArrayDeque<>();

    private record Name(ClientId client, Digest name) {}

    /** What the request gets without being carried out; empty if it is new. */
    Optional<Answer> answer(ClientId client, Once once, Instant now) {
        Kept kept = byName.get(new Name(client, once.name()));
        if (kept == null || isOver(kept, now)) {
            return Optional.empty();
        }
        return Optional.of(
                kept.once().equals(once)
                        ? new Answer.Repeated(kept.job(), kept.assurance())
                        : new Answer.Refused(new Refusal.NameTaken(Optional.of(kept.job()))));
    }

    void apply(JobAdmitted event) {
        event.once()
                .ifPresent(once ->
                        keep(
                                new Kept(
                                        event.client(),
                                        once,
                                        event.job(),
                                        event.assurance(),
                                        event.at())));
    }

    void apply(RepeatsRestored event) {
        event.kept().forEach(this::keep);
    }

    List<Event.Durable> snapshot() {
        return oldestFirst.isEmpty()
                ? List.of()
                : List.of(new RepeatsRestored(List.copyOf(oldestFirst)));
    }

    private void keep(Kept kept) {
        while (!oldestFirst.isEmpty()
                && (oldestFirst.size() == KEPT_MAX || isOver(oldestFirst.peek(), kept.at()))) {
            Kept oldest = oldestFirst.remove();
            byName.remove(name(oldest), oldest);
        }
        oldestFirst.add(kept);
        byName.put(name(kept), kept);
    }

    private static Name name(Kept kept) {
        return new Name(kept.client(), kept.once().name());
    }

    private static boolean isOver(Kept kept, Instant now) {
        return kept.at().plus(Once.REMEMBERED).isBefore(now);
    }
}
