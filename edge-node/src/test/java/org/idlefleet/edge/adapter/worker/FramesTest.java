package org.idlefleet.edge.adapter.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class FramesTest {
    @TempDir Path directory;
    private SocketChannel raw;
    private Frames here;
    private Frames there;

    @BeforeEach
    void connect() throws IOException {
        var address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            raw = SocketChannel.open(address);
            here = new Frames(raw);
            there = new Frames(server.accept());
        }
    }

    @AfterEach
    void close() throws IOException {
        here.close();
        there.close();
    }

    @Test
    void bringsEveryFrameOverWhole() throws Exception {
        var random = new Random(4);
        var sent = new ArrayList<List<byte[]>>();
        for (int i = 0; i < 50; i++) {
            var texts = new ArrayList<byte[]>();
            for (int k = random.nextInt(20); k > 0; k--) {
                var text = new byte[random.nextInt(i % 10 == 0 ? 300_000 : 300)];
                random.nextBytes(text);
                texts.add(text);
            }
            sent.add(texts);
        }
        Thread sender =
                Thread.ofPlatform()
                        .start(() ->
                                sent.forEach(texts -> {
                                    try {
                                        Frames.putTexts(
                                                here.begin(Kinds.READY, Frames.sizeOf(texts)),
                                                texts);
                                        here.send();
                                    } catch (IOException e) {
                                        throw new AssertionError(e);
                                    }
                                }));
        for (List<byte[]> texts : sent) {
            assertThat(there.receive()).isEqualTo(Kinds.READY);
            List<byte[]> found = Frames.texts(there.body());
            assertThat(found).hasSameSizeAs(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(found.get(i)).isEqualTo(texts.get(i));
            }
        }
        sender.join();
    }

    @Test
    void refusesALengthBeforeItMakesRoomForIt() throws Exception {
        for (int size : new int[] {-1, Integer.MIN_VALUE, Frames.BODY_MAX + 1}) {
            raw.write(ByteBuffer.allocate(5).putInt(size).put(Kinds.DONE).flip());
            assertThatThrownBy(there::receive)
                    .hasMessage("a frame says it has " + size + " bytes, the most is 67108864");
        }
        assertThatThrownBy(() -> here.begin(Kinds.DONE, Frames.BODY_MAX + 1L))
                .isInstanceOf(IOException.class);
    }

    @Test
    void refusesCountsThatDoNotFitIntoTheBody() {
        for (int count : new int[] {-1, 3, Integer.MAX_VALUE}) {
            ByteBuffer body = ByteBuffer.allocate(12).putInt(0, count);
            assertThatThrownBy(() -> Frames.texts(body)).hasMessageContaining("does not fit");
            assertThatThrownBy(() -> Frames.bytes(body.rewind().limit(count == 3 ? 6 : 12)))
                    .hasMessageContaining("does not fit");
        }
        assertThatThrownBy(() -> Frames.bytes(ByteBuffer.allocate(2)))
                .hasMessageContaining("does not fit");
    }

    @Test
    void saysThatTheOtherSideIsGone() throws Exception {
        raw.write(ByteBuffer.allocate(3));
        here.close();
        assertThatThrownBy(there::receive).isInstanceOf(EOFException.class);
    }
}
