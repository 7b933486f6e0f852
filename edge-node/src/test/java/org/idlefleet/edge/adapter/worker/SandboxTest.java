package org.idlefleet.edge.adapter.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real process behind the walls, with real sockets and files in front of them. */
class SandboxTest {
    @TempDir Path root;

    @Test
    void keepsAWorkerFromEverythingButItsModels() throws Exception {
        assumeTrue(Landlock.version() > 0, "needs a kernel with Landlock");
        Path models = Files.createDirectory(root.resolve("models"));
        Path model = Files.writeString(models.resolve("model"), "weights");
        Path key = Files.writeString(root.resolve("node.key"), "secret");
        Path local = root.resolve("s");
        try (var door = new ServerSocket(0);
                var unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            unix.bind(UnixDomainSocketAddress.of(local));
            List<String> said = run(models, door.getLocalPort(), key, local);
            assertThat(said)
                    .startsWith(
                            "no network and no other process (seccomp);"
                                    + " no files but models, read-only (Landlock)",
                            "read a model: out")
                    .filteredOn(line -> line.endsWith(": out"))
                    .as("%s", said)
                    .containsExactly("read a model: out");
            assertThat(said).hasSize(18);
            door.setSoTimeout(1);
            assertThatThrownBy(door::accept).isInstanceOf(IOException.class);
        }
        assertThat(model).hasContent("weights");
    }

    private List<String> run(Path models, int port, Path key, Path socket) throws Exception {
        var command = new ArrayList<>(WorkerLaunch.likeThis().command());
        command.set(command.size() - 1, Prisoner.class.getName());
        command.addAll(List.of(models.toString(), "" + port, key.toString(), socket.toString()));
        Process prisoner =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var said = prisoner.inputReader(StandardCharsets.UTF_8)) {
            return said.lines().toList();
        } finally {
            prisoner.destroyForcibly();
        }
    }
}
