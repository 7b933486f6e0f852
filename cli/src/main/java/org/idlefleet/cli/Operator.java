package org.idlefleet.cli;

import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.Running;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Option;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The options by which a command finds its coordinator, and the way to it. */
final class Operator {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:IDLEFLEET_DATA:-idlefleet-data/coordinator}",
            description = "The coordinator's data directory (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of("");

    @Option(
            names = "--api",
            paramLabel = "URL",
            description = "Where its API answers (default: as its data directory says).")
    private Optional<URI> api = Optional.empty();

    @Option(
            names = "--operator-key",
            paramLabel = "FILE",
            defaultValue = "${env:IDLEFLEET_OPERATOR_KEY}",
            description = "Your operator's key (default: admin.key of the data directory).")
    private Optional<Path> key = Optional.empty();

    Path data() {
        return data;
    }

    private Path keyFile() {
        return key.orElseGet(() -> data.resolve("admin.key"));
    }

    private String key() throws IOException {
        String text = Files.readString(keyFile()).strip();
        if (!text.matches("[!-~]{1,200}")) {
            throw Failure.auth(keyFile() + " holds no operator's key, which is one word");
        }
        return text;
    }

    /** Whether the command line names the API. */
    boolean hasApi() {
        return api.isPresent();
    }

    JsonNode get(String path) {
        return with(api -> api.get(path));
    }

    /** What stands there, whatever it is. */
    byte[] bytes(String path) {
        return with(api -> api.bytes(path));
    }

    JsonNode post(String path, Map<String, ?> body) {
        return with(api -> api.post(path, body));
    }

    /** Where the running coordinator's API answers. */
    URI running() {
        try {
            return api.isPresent()
                    ? api.get()
                    : Running.read(data).orElseThrow(this::notRunning).api();
        } catch (IOException e) {
            throw Failure.error(e);
        }
    }

    private interface Call<T> {
        T make(AdminApi api);
    }

    private <T> T with(Call<T> call) {
        URI base = running();
        try (var coordinator = new AdminApi(base, key())) {
            return call.make(coordinator);
        } catch (AdminApi.Problem e) {
            String message = String.valueOf(e.getMessage());
            throw switch (e.status()) {
                case 0 ->
                        Failure.notRunning(
                                message
                                        + "; start it with 'idlefleet coordinator run', or name its"
                                        + " data directory with --data");
                case 401, 403 -> Failure.auth(message + " (key file " + keyFile() + ")");
                default -> Failure.error(message);
            };
        } catch (NoSuchFileException e) {
            throw Failure.auth("the operator's key " + e.getMessage() + " is not there");
        } catch (IOException e) {
            throw Failure.auth("the operator's key can't be read: " + Sentence.of(e));
        }
    }

    private Failure notRunning() {
        return Failure.notRunning(
                "no coordinator runs on "
                        + data
                        + "; start it with 'idlefleet coordinator run', or name its data directory"
                        + " with --data");
    }
}
