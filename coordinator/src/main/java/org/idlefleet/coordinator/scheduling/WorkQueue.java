package org.idlefleet.coordinator.scheduling;

import org.idlefleet.protocol.ClientId;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Jobs of one model that have something to place. Clients are served in turn, by the work units
 * each has got so far; within a client whoever waits comes before batches, then the earliest
 * deadline.
 */
public final class WorkQueue {
    private final Map<ClientId, Tenant> tenants = new HashMap<>();
    private final TreeSet<Tenant> order = new TreeSet<>();
    private long served;

    private static final class Tenant implements Comparable<Tenant> {
        private final ClientId client;
        private final TreeSet<Entry> jobs = new TreeSet<>();
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
        Tenant tenant = tenants.get(job.client());
        if (job.hasWork()) {
            if (tenant == null) {
                tenant = new Tenant(job.client());
                tenant.served = served;
                tenants.put(job.client(), tenant);
                order.add(tenant);
            }
            tenant.jobs.add(new Entry(job));
        } else if (tenant != null) {
            remove(job);
        }
    }

    /** The job has ended. */
    public void remove(OpenJob job) {
        Tenant tenant = tenants.get(job.client());
        if (tenant != null) {
            tenant.jobs.remove(new Entry(job));
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
     */
    public <T> Optional<T> first(int limit, Function<OpenJob, Optional<T>> choose) {
        int asked = 0;
        for (Tenant tenant : order) {
            for (Entry entry : tenant.jobs) {
                Optional<T> chosen = choose.apply(entry.job());
                if (chosen.isPresent() || ++asked == limit) {
                    return chosen;
                }
            }
        }
        return Optional.empty();
    }
}
