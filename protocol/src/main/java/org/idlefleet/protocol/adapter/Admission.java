package org.idlefleet.protocol.adapter;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Who may connect: counts connections in all and by address (an IPv6 address counts by its /64
 * network) and how fast an address begins new ones. Thread-safe.
 */
final class Admission {
    private static final int SWEEP_EVERY = 4_096;

    private final Map<Long, Address> addresses = new HashMap<>();
    private final Map<WireLimit, Long> refused = new EnumMap<>(WireLimit.class);
    private final WireLimits limits;
    private final LongSupplier nanos;
    private long connections;
    private long unknown;
    private long entries;

    Admission(WireLimits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
    }

    /** What a new connection gets. */
    sealed interface Entry {
        /** It must go: this limit is met. */
        record Refused(WireLimit limit) implements Entry {}
    }

    /** The right to be connected; at first of a peer that we do not know yet. */
    final class Ticket implements Entry {
        private final Address address;
        private boolean known;
        private boolean left;

        private Ticket(Address address) {
            this.address = address;
        }

        /** The peer has shown who it is. */
        void known() {
            synchronized (Admission.this) {
                if (!known && !left) {
                    known = true;
                    unknown--;
                    address.unknown--;
                }
            }
        }

        /** The connection has ended. A second call changes nothing. */
        void leave() {
            known();
            synchronized (Admission.this) {
                if (!left) {
                    left = true;
                    connections--;
                    address.connections--;
                }
            }
        }
    }

    private static final class Address {
        private int connections;
        private int unknown;
        private double tokens;
        private long at;
    }

    synchronized Entry enter(InetAddress from) {
        long now = nanos.getAsLong();
        if (++entries % SWEEP_EVERY == 0) {
            addresses.values().removeIf(a -> a.connections == 0 && now - a.at > 2_000_000_000L);
        }
        Address address = addresses.computeIfAbsent(network(from), _ -> fresh(now));
        double rate = limits.get(WireLimit.ADDRESS_HANDSHAKES);
        address.tokens = Math.min(rate, address.tokens + (now - address.at) * rate / 1e9);
        address.at = now;
        if (address.tokens < 1) {
            return refuse(WireLimit.ADDRESS_HANDSHAKES);
        }
        address.tokens--;
        if (connections >= limits.get(WireLimit.CONNECTIONS)) {
            return refuse(WireLimit.CONNECTIONS);
        }
        if (unknown >= limits.get(WireLimit.UNAUTHENTICATED)) {
            return refuse(WireLimit.UNAUTHENTICATED);
        }
        if (address.connections >= limits.get(WireLimit.ADDRESS_CONNECTIONS)) {
            return refuse(WireLimit.ADDRESS_CONNECTIONS);
        }
        if (address.unknown >= limits.get(WireLimit.ADDRESS_UNAUTHENTICATED)) {
            return refuse(WireLimit.ADDRESS_UNAUTHENTICATED);
        }
        connections++;
        unknown++;
        address.connections++;
        address.unknown++;
        return new Ticket(address);
    }

    /** Counts a connection that met {@code limit} later. */
    synchronized Entry.Refused refuse(WireLimit limit) {
        refused.merge(limit, 1L, Long::sum);
        return new Entry.Refused(limit);
    }

    /** How often each limit was met. */
    synchronized Map<WireLimit, Long> refused() {
        return new EnumMap<>(refused);
    }

    synchronized long connections() {
        return connections;
    }

    /** Connections of peers that we do not know yet. */
    synchronized long unknown() {
        return unknown;
    }

    private Address fresh(long now) {
        var address = new Address();
        address.tokens = limits.get(WireLimit.ADDRESS_HANDSHAKES);
        address.at = now;
        return address;
    }

    private static long network(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? Integer.toUnsignedLong(bytes.getInt())
                : bytes.getLong();
    }
}
