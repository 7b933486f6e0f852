package org.idlefleet.cli;

import org.idlefleet.edge.adapter.tuf.ModelTrust;
import org.idlefleet.edge.adapter.tuf.Repository;
import org.idlefleet.edge.adapter.tuf.Role;
import org.idlefleet.edge.adapter.tuf.TufClient.Target;
import org.idlefleet.edge.adapter.update.Release;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

@Command(
        name = "trust",
        description = {
            "Make the keys and repositories that vouch for models in a new folder: 'metadata' is"
                    + " to",
            "be published, 'roots' to be given to owners, 'keys' to be kept; or change a key."
        })
final class ModelTrustCommand implements Runnable {
    private static final List<String> REPOSITORIES = List.of("images", "director");

    @Mixin private Output output = new Output();

    @Parameters(paramLabel = "DIR", description = "The folder.")
    private Path home = Path.of("");

    @Option(
            names = "--root-keys",
            paramLabel = "N",
            defaultValue = "3",
            description = "Keys of each root, of which more than half must sign.")
    private int rootKeys;

    @Option(
            names = "--rotate",
            paramLabel = "REPOSITORY:ROLE",
            description = "Change a key instead, such as images:targets.")
    private Optional<String> rotate = Optional.empty();

    @Override
    public void run() {
        try {
            if (rotate.isPresent()) {
                rotate(rotate.get());
            } else {
                create();
            }
        } catch (IOException e) {
            throw Failure.error(e);
        }
    }

    private void create() throws IOException {
        if (rootKeys < 1 || rootKeys > 9) {
            throw Failure.usage("--root-keys is from 1 to 9, found " + rootKeys);
        }
        Path roots = Files.createDirectories(home.resolve("roots"));
        for (String name : REPOSITORIES) {
            repository(home, name).create(rootKeys, Instant.now());
            Files.copy(
                    home.resolve("metadata").resolve(name).resolve("1.root.json"),
                    roots.resolve(name + ".root.json"));
        }
        output.print(
                JsonMapper.shared().createObjectNode().put("made", home.toString()),
                "made "
                        + home
                        + ": publish 'metadata', give owners 'roots', keep the root keys in 'keys'"
                        + " offline; sign models with 'idlefleet model sign'\n");
    }

    private void rotate(String which) throws IOException {
        for (String name : REPOSITORIES) {
            for (Role role : Role.values()) {
                if (which.equals(name + ":" + role.key())) {
                    repository(home, name).rotate(role, Instant.now());
                    output.print(
                            JsonMapper.shared().createObjectNode().put("changed", which),
                            which + " has a new key\n");
                    return;
                }
            }
        }
        throw Failure.usage(
                "--rotate names images or director, ':' and root, targets, snapshot or timestamp;"
                        + " found '"
                        + which
                        + "'");
    }

    private static Repository repository(Path home, String name) {
        return new Repository(
                home.resolve("metadata").resolve(name), home.resolve("keys").resolve(name));
    }

    @Command(
            name = "sign",
            description = {
                "Vouch for models, or, without any, only say anew that nothing has changed: at",
                "least once a day."
            })
    static final class Sign implements Runnable {
        @Mixin private Output output = new Output();

        @Option(
                names = "--trust",
                paramLabel = "DIR",
                required = true,
                description = "What 'idlefleet model trust' made.")
        private Path home = Path.of("");

        @Option(
                names = "--software",
                paramLabel = "FILE",
                description =
                        "Name the newest software of nodes too; docs/edge-node.md has a sample.")
        private Optional<Path> software = Optional.empty();

        @Parameters(
                paramLabel = "MANIFEST",
                arity = "0..*",
                description = "manifest.json files, or folders that hold one.")
        private List<Path> manifests = List.of();

        @Override
        public void run() {
            try {
                var targets = new TreeMap<String, Target>();
                var signed = JsonMapper.shared().createObjectNode();
                var text = new StringBuilder();
                for (Path path : manifests) {
                    Path file = Files.isDirectory(path) ? path.resolve("manifest.json") : path;
                    byte[] bytes = Files.readAllBytes(file);
                    String model = ManifestJson.read(bytes).model().value();
                    Digest digest = Digest.of(bytes);
                    targets.put(ModelTrust.name(digest), new Target(bytes.length, digest));
                    signed.put(model, digest.hex());
                    text.append(model).append(": manifest ").append(digest.hex()).append('\n');
                }
                sign(targets);
                if (software.isPresent()) {
                    byte[] bytes = Files.readAllBytes(software.get());
                    String version = Release.read(bytes).version();
                    repository(home, "images").publish(Release.TARGET, bytes, Instant.now());
                    signed.put("software", version);
                    text.append("software: version ").append(version).append('\n');
                }
                text.append("signed; publish ")
                        .append(home.resolve("metadata"))
                        .append(", and sign again within a day\n");
                output.print(signed, text);
            } catch (IllegalArgumentException | IOException e) {
                throw Failure.error(Sentence.of(e));
            }
        }

        private void sign(Map<String, Target> targets) throws IOException {
            for (String name : REPOSITORIES) {
                repository(home, name).add(targets, Instant.now());
            }
        }
    }
}
