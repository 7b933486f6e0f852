package org.idlefleet.coordinator.scheduling;

import org.idlefleet.protocol.ClientId;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Jobs of one model that have something to place. Checks of others' results come before clients,
 * because results are final and paid for only after them, up to a share of the fleet that leaves
 * clients the rest. Clients are served in turn, by the work units each has got so far; within a
 * line whoever waits comes before batches, then the earliest deadline.
 */
public final class WorkQueue {
    /** While both wait, checks get so many work units for one that clients get, and no more. */
    static final int CHECKS_FOR_ONE = 3;

    /** Jobs with work for anybody that are asked when those in front can't be served. */
    private static final int FRESH_ASKED = 4;

    /** So many turns, and the look further back begins anew. */
    private static final int TURNS = 16;

    private final Map<ClientId, Tenant> tenants = new HashMap<>();
    private final TreeSet<Tenant> order = new TreeSet<>();
    private final Waiting checks = new Waiting();

    /** Apart, because they would hide the others: trusted owners are few and busy. */
    private final Waiting checksForTrusted = new Waiting();

    private long freeUnits;
    private long served;
    private long checksServed;
    private long clientsServed;

    private static final class Tenant extends Waiting implements Comparable<Tenant> {
        private final ClientId client;
        private long served;

        Tenant(ClientId client, long served) {
            this.client = client;
            this.served = served;
        }

        @Override
        public int compareTo(Tenant other) {
            int byServed = Long.compare(served, other.served);
            return byServed != 0 ? byServed : client.compareTo(other.client);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Tenant tenant && client.equals(tenant.client);
        }

        @Override
        public int hashCode() {
            return client.hashCode();
        }
    }

    /** Puts the job in if it has work to place and takes it out if not. */
    public void refresh(OpenJob job) {
        count(job, job.freeUnits());
        @Nullable Waiting line = job.hasWork() ? line(job) : null;
        if (!Objects.equals(job.waitsIn, line)) {
            leave(job);
        }
        if (line != null) {
            line.put(job);
        }
    }

    private Waiting line(OpenJob job) {
        if (job.check()) {
            return job.waitsForTrusted() ? checksForTrusted : checks;
        }
        if (job.waitsIn != null) {
            return job.waitsIn;
        }
        Tenant tenant = tenants.get(job.client());
        if (tenant == null) {
            tenant = new Tenant(job.client(), served);
            tenants.put(job.client(), tenant);
            order.add(tenant);
        }
        return tenant;
    }

    private void leave(OpenJob job) {
        Waiting line = job.waitsIn;
        if (line == null) {
            return;
        }
        line.remove(job);
        if (line instanceof Tenant tenant && tenant.isEmpty()) {
            order.remove(tenant);
            tenants.remove(tenant.client);
        }
    }

    /** Work units of all jobs that nobody has. */
    public long freeUnits() {
        return freeUnits;
    }

    /** Work units of all checks that wait for a trusted owner. */
    public long unitsForTrusted() {
        return checksForTrusted.units();
    }

    private void count(OpenJob job, long units) {
        freeUnits += units - job.counted;
        job.counted = units;
    }

    /** The job has ended. */
    public void remove(OpenJob job) {
        count(job, 0);
        leave(job);
    }

    /**
     * The job got so much of the fleet. Who could not be served in his turn saves nothing up for
     * later.
     */
    public void serve(OpenJob job, long units) {
        if (job.check()) {
            clientsServed = Math.max(clientsServed, checksServed);
            checksServed += units;
            return;
        }
        checksServed = Math.max(checksServed, clientsServed);
        clientsServed += CHECKS_FOR_ONE * units;
        Tenant tenant = tenants.get(job.client());
        if (tenant != null) {
            order.remove(tenant);
            served = Math.max(served, tenant.served);
            tenant.served += units;
            order.add(tenant);
        }
    }

    public boolean isEmpty() {
        return order.isEmpty() && checks.isEmpty() && checksForTrusted.isEmpty();
    }

    /**
     * The first answer that {@code choose} gives, asked in the order in which jobs shall be served.
     *
     * <p>Those in front may all want a node of an owner who is not there. So if none of the first
     * {@code limit} of a kind can be served, the first with work for anybody are asked, and then
     * some that stand further back: others in each turn. Whoever's turn it is, the others are asked
     * if none of his can be served.
     *
     * @param turn any number; the next one looks further
     * @param trusted whether a trusted owner has a free node: without one, checks that only they
     *     may have are not asked
     */
    public <T> Optional<T> first(
            int limit, long turn, boolean trusted, Function<OpenJob, Optional<T>> choose) {
        boolean checksFirst = checksServed <= clientsServed;
        Optional<T> chosen = Optional.empty();
        if (checksFirst) {
            chosen = firstCheck(limit, turn, trusted, choose);
        }
        if (chosen.isEmpty()) {
            chosen = firstOf(order, limit, turn, choose);
        }
        if (chosen.isEmpty() && !checksFirst) {
            chosen = firstCheck(limit, turn, trusted, choose);
        }
        return chosen;
    }

    private <T> Optional<T> firstCheck(
            int limit, long turn, boolean trusted, Function<OpenJob, Optional<T>> choose) {
        Optional<T> chosen = Optional.empty();
        if (trusted && !checksForTrusted.isEmpty()) {
            chosen = firstOf(List.of(checksForTrusted), limit, turn, choose);
        }
        return chosen.isPresent() || checks.isEmpty()
                ? chosen
                : firstOf(List.of(checks), limit, turn, choose);
    }

    private static <T> Optional<T> firstOf(
            Iterable<? extends Waiting> lines,
            int limit,
            long turn,
            Function<OpenJob, Optional<T>> choose) {
        Optional<T> chosen = ask(lines, Waiting::jobs, 0, limit, choose);
        if (chosen.isEmpty()) {
            chosen = ask(lines, Waiting::fresh, 0, FRESH_ASKED, choose);
        }
        if (chosen.isEmpty()) {
            long back = 1 + Long.remainderUnsigned(turn, TURNS);
            chosen = ask(lines, Waiting::jobs, (int) back * limit, limit, choose);
        }
        return chosen;
    }

    private static <T> Optional<T> ask(
            Iterable<? extends Waiting> lines,
            Function<Waiting, Set<OpenJob>> which,
            int skip,
            int limit,
            Function<OpenJob, Optional<T>> choose) {
        int seen = 0;
        for (Waiting line : lines) {
            for (OpenJob job : which.apply(line)) {
                if (seen++ < skip) {
                    continue;
                }
                Optional<T> chosen = choose.apply(job);
                if (chosen.isPresent() || seen == skip + limit) {
                    return chosen;
                }
            }
        }
        return Optional.empty();
    }
}
