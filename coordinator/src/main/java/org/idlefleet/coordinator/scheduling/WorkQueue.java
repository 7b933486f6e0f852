package org.idlefleet.coordinator.scheduling;

import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.JobId;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Jobs of one model that have something to place. Clients are served in turn, by the work units
 * each has got so far; within a client whoever waits comes before batches, then the earliest
 * deadline.
 */
public final class WorkQueue {
    /** Jobs with work for anybody that are asked when those in front can't be served. */
    private static final int FRESH_ASKED = 4;

    /** So many turns, and the look further back begins anew. */
    private static final int TURNS = 16;

    private final Map<ClientId, Tenant> tenants = new HashMap<>();
    private final TreeSet<Tenant> order = new TreeSet<>();
    private final Map<JobId, Long> freeOf = new HashMap<>();
    private long freeUnits;
    private long served;

    private static final class Tenant implements Comparable<Tenant> {
        private final ClientId client;
        private final TreeSet<Entry> jobs = new TreeSet<>();
        private final TreeSet<Entry> fresh = new TreeSet<>();
        private long served;

        Tenant(ClientId client) {
            this.client = client;
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

    private record Entry(OpenJob job) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            if (job.urgent() != other.job.urgent()) {
                return job.urgent() ? -1 : 1;
            }
            int byDeadline = job.deadline().compareTo(other.job.deadline());
            return byDeadline != 0 ? byDeadline : job.job().compareTo(other.job.job());
        }
    }

    /** Puts the job in if it has work to place and takes it out if not. */
    public void refresh(OpenJob job) {
        free(job, job.freeUnits());
        Tenant tenant = tenants.get(job.client());
        if (job.hasWork()) {
            if (tenant == null) {
                tenant = new Tenant(job.client());
                tenant.served = served;
                tenants.put(job.client(), tenant);
                order.add(tenant);
            }
            var entry = new Entry(job);
            tenant.jobs.add(entry);
            if (job.firstFree().isPresent()) {
                tenant.fresh.add(entry);
            } else {
                tenant.fresh.remove(entry);
            }
        } else if (tenant != null) {
            remove(job);
        }
    }

    /** Work units of all jobs that nobody has. */
    public long freeUnits() {
        return freeUnits;
    }

    private void free(OpenJob job, long units) {
        Long before = units == 0 ? freeOf.remove(job.job()) : freeOf.put(job.job(), units);
        freeUnits += units - (before == null ? 0 : before);
    }

    /** The job has ended. */
    public void remove(OpenJob job) {
        free(job, 0);
        Tenant tenant = tenants.get(job.client());
        if (tenant != null) {
            tenant.jobs.remove(new Entry(job));
            tenant.fresh.remove(new Entry(job));
            if (tenant.jobs.isEmpty()) {
                order.remove(tenant);
                tenants.remove(job.client());
            }
        }
    }

    /** The client got so much of the fleet. */
    public void serve(ClientId client, long units) {
        Tenant tenant = tenants.get(client);
        if (tenant != null) {
            order.remove(tenant);
            served = Math.max(served, tenant.served);
            tenant.served += units;
            order.add(tenant);
        }
    }

    public boolean isEmpty() {
        return order.isEmpty();
    }

    /**
     * The first answer that {@code choose} gives, asked in the order in which jobs shall be served.
     *
     * <p>Those in front may all want a node of an owner who is not there. So if none of the first
     * {@code limit} can be served, the first with work for anybody are asked, and then some that
     * stand further back: others in each turn.
     *
     * @param turn any number; the next one looks further
     */
    public <T> Optional<T> first(int limit, long turn, Function<OpenJob, Optional<T>> choose) {
        Optional<T> chosen = ask(tenant -> tenant.jobs, 0, limit, choose);
        if (chosen.isEmpty()) {
            chosen = ask(tenant -> tenant.fresh, 0, FRESH_ASKED, choose);
        }
        if (chosen.isEmpty()) {
            long back = 1 + Long.remainderUnsigned(turn, TURNS);
            chosen = ask(tenant -> tenant.jobs, (int) back * limit, limit, choose);
        }
        return chosen;
    }

    private <T> Optional<T> ask(
            Function<Tenant, Set<Entry>> which,
            int skip,
            int limit,
            Function<OpenJob, Optional<T>> choose) {
        int seen = 0;
        for (Tenant tenant : order) {
            for (Entry entry : which.apply(tenant)) {
                if (seen++ < skip) {
                    continue;
                }
                Optional<T> chosen = choose.apply(entry.job());
                if (chosen.isPresent() || seen == skip + limit) {
                    return chosen;
                }
            }
        }
        return Optional.empty();
    }
}
