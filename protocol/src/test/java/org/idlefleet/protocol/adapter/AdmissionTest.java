package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.UnknownHostException;

class AdmissionTest {
    private static final WireLimits LIMITS =
            WireLimits.DEFAULT
                    .with(WireLimit.ADDRESS_HANDSHAKES, 5)
                    .with(WireLimit.ADDRESS_UNAUTHENTICATED, 3)
                    .with(WireLimit.ADDRESS_CONNECTIONS, 4)
                    .with(WireLimit.UNAUTHENTICATED, 6)
                    .with(WireLimit.CONNECTIONS, 8);

    private long nanos;
    private final Admission admission = new Admission(LIMITS, () -> nanos);

    @Test
    void anAddressBeginsSoManyConnectionsASecond() {
        for (int i = 0; i < 5; i++) {
            ticket(1).leave();
        }
        assertThat(limit(1)).isEqualTo(WireLimit.ADDRESS_HANDSHAKES);
        ticket(2).leave();

        nanos += 200_000_000;
        ticket(1).leave();
        assertThat(limit(1)).isEqualTo(WireLimit.ADDRESS_HANDSHAKES);
        assertThat(admission.refused()).containsEntry(WireLimit.ADDRESS_HANDSHAKES, 2L);
    }

    @Test
    void anAddressHoldsSoManyUnknownOnes() {
        Admission.Ticket first = ticket(1);
        ticket(1);
        ticket(1);
        assertThat(limit(1)).isEqualTo(WireLimit.ADDRESS_UNAUTHENTICATED);

        first.known();
        ticket(1);
        nanos += 1_000_000_000;
        assertThat(limit(1)).isEqualTo(WireLimit.ADDRESS_CONNECTIONS);
    }

    @Test
    void allAddressesTogetherHoldSoManyUnknownOnes() {
        for (int address = 1; address <= 6; address++) {
            ticket(address);
        }
        assertThat(limit(7)).isEqualTo(WireLimit.UNAUTHENTICATED);
    }

    @Test
    void holdsSoManyConnectionsInAllUntilOneLeaves() {
        Admission.Ticket last = ticket(1);
        last.known();
        for (int address = 2; address <= 8; address++) {
            ticket(address).known();
        }
        assertThat(limit(9)).isEqualTo(WireLimit.CONNECTIONS);
        assertThat(admission.connections()).isEqualTo(8);

        last.leave();
        last.leave();

        assertThat(admission.connections()).isEqualTo(7);
        assertThat(admission.unknown()).isZero();
        ticket(9);
    }

    @Test
    void countsAnIpv6NetworkAsOneAddress() throws UnknownHostException {
        for (int i = 0; i < 3; i++) {
            assertThat(admission.enter(InetAddress.getByName("2001:db8::" + i)))
                    .isInstanceOf(Admission.Ticket.class);
        }
        assertThat(admission.enter(InetAddress.getByName("2001:db8::9")))
                .isEqualTo(new Admission.Entry.Refused(WireLimit.ADDRESS_UNAUTHENTICATED));
        assertThat(admission.enter(InetAddress.getByName("2001:db8:0:1::9")))
                .isInstanceOf(Admission.Ticket.class);
    }

    private Admission.Ticket ticket(int address) {
        return switch (admission.enter(address(address))) {
            case Admission.Ticket ticket -> ticket;
            case Admission.Entry.Refused refused ->
                    throw new AssertionError("refused: " + refused.limit());
        };
    }

    private WireLimit limit(int address) {
        return switch (admission.enter(address(address))) {
            case Admission.Ticket _ -> throw new AssertionError("was let in");
            case Admission.Entry.Refused refused -> refused.limit();
        };
    }

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
