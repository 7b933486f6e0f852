package org.idlefleet.coordinator.adapter.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.Entry;
import org.idlefleet.coordinator.adapter.log.wire.Group;
import org.idlefleet.coordinator.adapter.log.wire.LifeBegan;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;

class EventCodecTest {
    private static final int SEEDS = 300;

    private final EventCodec codec = new EventCodec();

    @Test
    void everyEventComesBackAsItWas() {
        var kinds = new HashSet<Class<?>>();
        for (long seed = 0; seed < SEEDS; seed++) {
            List<Event.Durable> events = new RandomEvents(seed).next(40);
            events.forEach(event -> kinds.add(event.getClass()));

            assertThat(new EventCodec().read(group(events), 1))
                    .as("seed " + seed)
                    .isEqualTo(events);
        }
        assertThat(kinds).hasSize(Event.Durable.class.getPermittedSubclasses().length);
    }

    @Test
    void anEmptyGroupIsEmpty() {
        assertThat(codec.read(codec.takeGroup(), 1)).isEmpty();
    }

    @Test
    void bytesOfAGroupAreAboutWhatItSays() {
        for (long seed = 0; seed < 20; seed++) {
            List<Event.Durable> events = new RandomEvents(seed).next(100);
            events.forEach(codec::add);
            int said = codec.bytes();
            assertThat(codec.takeGroup().length).isBetween(said * 8 / 10, said);
        }
    }

    @Test
    void aKindOfANewerReleaseIsRefusedByNumberAndPlace() {
        byte[] newer =
                Group.newBuilder()
                        .addEntries(life())
                        .addEntries(
                                Entry.newBuilder()
                                        .setVersion(1)
                                        .setUnknownFields(
                                                UnknownFieldSet.newBuilder()
                                                        .mergeVarintField(77, 1)
                                                        .build()))
                        .build()
                        .toByteArray();

        assertThatThrownBy(() -> codec.read(newer, 500))
                .isInstanceOf(LogException.class)
                .hasMessageContaining("event 501")
                .hasMessageContaining("77")
                .hasMessageContaining("newer release");
    }

    @Test
    void aVersionOfANewerReleaseIsRefused() {
        byte[] newer = Group.newBuilder().addEntries(life().setVersion(99)).build().toByteArray();

        assertThatThrownBy(() -> codec.read(newer, 7))
                .isInstanceOf(LogException.class)
                .hasMessageContaining("event 7")
                .hasMessageContaining("99");
    }

    @Test
    void brokenBytesAreALogExceptionOrAnotherWellFormedGroupAndNothingElse() {
        var random = new SplittableRandom(1);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = group(new RandomEvents(i).next(5));
            byte[] broken =
                    random.nextBoolean()
                            ? Arrays.copyOf(bytes, random.nextInt(bytes.length))
                            : flipped(bytes, random);
            try {
                codec.read(broken, 1);
            } catch (LogException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    private static Entry.Builder life() {
        return Entry.newBuilder().setVersion(1).setLifeBegan(LifeBegan.newBuilder().setEpoch(1));
    }

    private static byte[] flipped(byte[] bytes, SplittableRandom random) {
        byte[] flipped = bytes.clone();
        for (int i = 0; i < 8; i++) {
            flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private byte[] group(List<Event.Durable> events) {
        new ArrayList<>(events).forEach(codec::add);
        assertThat(codec.size()).isEqualTo(events.size());
        return codec.takeGroup();
    }
}
