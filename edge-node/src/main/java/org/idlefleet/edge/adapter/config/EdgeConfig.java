package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.adapter.bus.BusSource;
import org.idlefleet.edge.adapter.kuksa.KuksaOptions;
import org.idlefleet.edge.adapter.mqtt.MqttOptions;
import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.adapter.ConfigException;
import org.idlefleet.protocol.adapter.ConfigLoader;
import org.idlefleet.protocol.adapter.Endpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that can be set about a node; {@code docs/edge-node.md} lists the keys.
 *
 * @param data the node's own directory
 * @param coordinator its node door
 * @param drainLimit time to finish what is held when the process shall end
 * @param updatesCheck whether to look for newer software where a repository is named
 * @param savedRules how this configuration came about, for an owner who edits his rules
 */
public record EdgeConfig(
        Path data,
        Endpoint coordinator,
        Duration drainLimit,
        UplinkConfig uplink,
        EngineConfig engine,
        ModelsConfig models,
        SignalsConfig signals,
        OwnerRules rules,
        CostsConfig costs,
        PageConfig page,
        Optional<WebhookConfig> webhook,
        boolean updatesCheck,
        Faults faults,
        SavedRules savedRules) {
    /** What the names of environment variables start with. */
    public static final String ENVIRONMENT = "IDLEFLEET_EDGE_";

    private static final List<String> PROVIDERS =
            List.of(
                    "auto",
                    "cpu",
                    "cuda",
                    "tensorrt",
                    "openvino",
                    "coreml",
                    "nnapi",
                    "xnnpack",
                    "qnn");

    /** Waits between attempts to connect, and how long the coordinator may take to answer. */
    public record UplinkConfig(Duration retryMin, Duration retryMax, Duration welcomeLimit) {}

    /**
     * How shards are computed.
     *
     * @param provider execution provider, or {@code auto}
     * @param options what the provider takes, by its own names
     * @param threads threads of one lane
     * @param lanes shards at the same time
     * @param slots leases held at the same time
     * @param memoryBytes memory that models may take
     * @param nice how much the worker gives way to others, 0 to 19
     * @param controlGroup whether the worker gets a control group where that is possible
     * @param sandbox {@code require}, {@code off}, or {@code auto}: as much as the kernel has
     */
    public record EngineConfig(
            String provider,
            SortedMap<String, String> options,
            int threads,
            int lanes,
            int slots,
            long memoryBytes,
            int nice,
            boolean controlGroup,
            String sandbox) {}

    /**
     * How much disk and network models may take, and who must vouch for them.
     *
     * @param bytesPerSecond how fast they are fetched; 0 means as fast as it goes
     * @param unmeteredOnly {@code on}: only over a network that is known not to be paid for by
     *     volume; {@code auto}: likewise where a source tells; {@code off}: over any
     * @param trust empty if the coordinator alone says which models run
     */
    public record ModelsConfig(
            long quotaBytes,
            long keepFreeBytes,
            long bytesPerSecond,
            String unmeteredOnly,
            Optional<TrustConfig> trust) {}

    /**
     * Who must vouch for models.
     *
     * @param roots folder with the roots that the owner trusts to begin with
     * @param metadata folder or address of the repositories
     */
    public record TrustConfig(Path roots, String metadata) {}

    /**
     * Where signals come from and how often they are looked at.
     *
     * @param every how often those are looked at that say nothing about driving or people
     * @param everySafety the others, and all that tell them
     * @param linux whether the Linux kernel is asked
     * @param sys its sysfs
     * @param proc its procfs
     * @param dev its devices
     * @param bus address of the message bus where logind and NetworkManager are asked
     * @param trace a script of signals
     * @param kuksa the vehicle's databroker
     * @param mqtt a broker of the owner's
     */
    public record SignalsConfig(
            Duration every,
            Duration everySafety,
            boolean linux,
            Path sys,
            Path proc,
            Path dev,
            Optional<String> bus,
            Optional<Path> trace,
            Optional<KuksaOptions> kuksa,
            Optional<MqttOptions> mqtt) {}

    /**
     * The owner's page on this machine.
     *
     * @param port to listen on at the loopback addresses; 0 means any
     */
    public record PageConfig(boolean enabled, int port) {}

    /**
     * Misbehaviour on purpose, for tests and demonstrations.
     *
     * @param lie share of shards whose result is falsified
     * @param delay time that each shard takes longer
     */
    public record Faults(double lie, Duration delay) {
        /** Whether there is any. */
        public boolean any() {
            return lie > 0 || delay.isPositive();
        }
    }

    /**
     * Reads the configuration; later sources win.
     *
     * @param file the YAML file; empty if there is none
     * @param environment variables; those named {@code IDLEFLEET_EDGE_SECTION__KEY} count
     * @param sets settings written as {@code section.key=value}
     * @throws ConfigException if a key is unknown or a value makes no sense; says where
     */
    public static EdgeConfig load(
            Optional<Path> file, Map<String, String> environment, List<String> sets) {
        var counting = new TreeMap<>(environment);
        counting.keySet().removeIf(name -> !name.startsWith(ENVIRONMENT));
        var origin = new SavedRules(file, counting, sets);
        EdgeConfig plain = of(text(file, counting, List.of(), sets), origin);
        List<String> saved = SavedRules.saved(plain.data());
        if (saved.isEmpty()) {
            return plain;
        }
        try {
            return of(text(file, counting, saved, sets), origin);
        } catch (ConfigException e) {
            throw new ConfigException(
                    "the owner's rules in "
                            + plain.data().resolve(SavedRules.NAME)
                            + " can't be used: "
                            + e.getMessage()
                            + "; repair or remove the file");
        }
    }

    /** The configuration as it is written, with what the owner saved. */
    static EdgeFile text(
            Optional<Path> file,
            Map<String, String> environment,
            List<String> saved,
            List<String> sets) {
        var all = new ArrayList<>(saved);
        all.addAll(sets);
        return new ConfigLoader<>(EdgeFile.class, EdgeFile.defaults(), ENVIRONMENT)
                .load(file, environment, all);
    }

    /** What is written, as what it means. */
    static EdgeConfig of(EdgeFile text, SavedRules origin) {
        return new EdgeConfig(
                Path.of(
                        Values.required(
                                "node.data",
                                text.node().data(),
                                "name a directory for this node's own files")),
                endpoint(text.node().coordinator()),
                Values.time("node.drainLimit", text.node().drainLimit()),
                uplink(text.uplink()),
                engine(text.engine()),
                new ModelsConfig(
                        Values.size("models.quota", text.models().quota()),
                        Values.size("models.keepFree", text.models().keepFree()),
                        Values.size("models.bytesPerSecond", text.models().bytesPerSecond()),
                        Values.word(
                                "models.unmeteredOnly",
                                text.models().unmeteredOnly(),
                                List.of("auto", "on", "off")),
                        trust(text.models())),
                signals(text.signals()),
                RulesConfig.of(text.rules()),
                CostsConfig.of(text.costs()),
                new PageConfig(
                        text.page().enabled(),
                        Values.between("page.port", text.page().port(), 0, 65_535)),
                WebhookConfig.of(text.webhook()),
                text.updates().check(),
                new Faults(
                        Values.between("faults.lie", text.faults().lie(), 0, 1),
                        Values.time("faults.delay", text.faults().delay())),
                origin);
    }

    /** The same with a file. */
    public static EdgeConfig load(Path file, Map<String, String> environment, List<String> sets) {
        return load(Optional.of(file), environment, sets);
    }

    private static Endpoint endpoint(String text) {
        Values.required("node.coordinator", text, "name the coordinator as HOST or HOST:PORT");
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw Values.wrong("node.coordinator", "HOST or HOST:PORT", "'" + text + "'");
        }
    }

    private static Optional<TrustConfig> trust(EdgeFile.Models text) {
        if (text.trustRoots().isBlank() != text.trustMetadata().isBlank()) {
            throw Values.wrong(
                    "models.trustRoots",
                    "set together with models.trustMetadata",
                    "only one of them");
        }
        return text.trustRoots().isBlank()
                ? Optional.empty()
                : Optional.of(
                        new TrustConfig(
                                Path.of(text.trustRoots()),
                                text.trustMetadata().replaceAll("/+$", "")));
    }

    private static UplinkConfig uplink(EdgeFile.Uplink text) {
        Duration min = Values.positive("uplink.retryMin", text.retryMin());
        Duration max = Values.positive("uplink.retryMax", text.retryMax());
        if (max.compareTo(min) < 0) {
            throw Values.wrong(
                    "uplink.retryMax",
                    "at least uplink.retryMin, " + text.retryMin(),
                    text.retryMax());
        }
        return new UplinkConfig(
                min, max, Values.positive("uplink.welcomeLimit", text.welcomeLimit()));
    }

    private static EngineConfig engine(EdgeFile.Engine text) {
        int lanes = Values.between("engine.lanes", text.lanes(), 1, NodeMessage.SLOTS_MAX / 2);
        int slots = text.slots() == 0 ? 2 * lanes : text.slots();
        return new EngineConfig(
                Values.word("engine.provider", text.provider(), PROVIDERS),
                text.options(),
                Values.between("engine.threads", text.threads(), 1, 1024),
                lanes,
                Values.between("engine.slots", slots, lanes, NodeMessage.SLOTS_MAX),
                Values.size("engine.memory", text.memory()),
                Values.between("engine.nice", text.nice(), 0, 19),
                text.controlGroup(),
                Values.word("engine.sandbox", text.sandbox(), List.of("auto", "require", "off")));
    }

    private static SignalsConfig signals(EdgeFile.Signals text) {
        boolean linux =
                switch (Values.word("signals.linux", text.linux(), List.of("on", "off", "auto"))) {
                    case "on" -> true;
                    case "off" -> false;
                    default ->
                            System.getProperty("os.name", "")
                                    .toLowerCase(Locale.ROOT)
                                    .contains("linux");
                };
        Duration every = Values.positive("signals.every", text.every());
        Duration safety = Values.positive("signals.everySafety", text.everySafety());
        Optional<Geofence> home = HomeConfig.of(text.home());
        Optional<KuksaOptions> kuksa = KuksaConfig.of(text.kuksa(), home);
        Optional<MqttOptions> mqtt = MqttConfig.of(text.mqtt(), home);
        if (home.isPresent()
                && kuksa.filter(vehicle -> vehicle.quantities().contains(Quantity.HOME)).isEmpty()
                && mqtt.filter(MqttOptions::tellsPosition).isEmpty()) {
            throw Values.wrong(
                    "signals.home.latitude",
                    "empty, or signals.kuksa.quantities name place.home, or signals.mqtt.topics a"
                            + " latitude",
                    "a home and nobody who tells a position");
        }
        return new SignalsConfig(
                every,
                every.compareTo(safety) < 0 ? every : safety,
                linux,
                Path.of(text.sys()),
                Path.of(text.proc()),
                Path.of(text.dev()),
                bus(text.bus(), linux),
                text.trace().isBlank() ? Optional.empty() : Optional.of(Path.of(text.trace())),
                kuksa,
                mqtt);
    }

    private static Optional<String> bus(String text, boolean linux) {
        return switch (text) {
            case "off" -> Optional.empty();
            case "auto" ->
                    linux && Files.exists(Path.of(BusSource.SYSTEM.split("=")[1]))
                            ? Optional.of(BusSource.SYSTEM)
                            : Optional.empty();
            default -> {
                if (text.matches("unix:\\w+=.+")) {
                    yield Optional.of(text);
                }
                throw Values.wrong(
                        "signals.bus",
                        "auto, off or an address such as " + BusSource.SYSTEM,
                        "'" + text + "'");
            }
        };
    }
}
