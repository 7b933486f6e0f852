package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.adapter.api.ApiConfig;
import org.idlefleet.coordinator.adapter.api.PayoutConfig;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.adapter.payout.Payee;
import org.idlefleet.ledger.adapter.payout.PayoutTerms;
import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.adapter.ConfigLoader;
import org.idlefleet.protocol.adapter.NodeServer;
import org.idlefleet.protocol.adapter.WireLimits;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A coordinator's settings, as they stand in its YAML file.
 *
 * @param dataDirectory where everything durable is kept
 * @param nodes the door for nodes
 * @param api the door for clients and the operator
 * @param jobs what a job gets if its request does not say
 * @param revenue how payments are divided, in parts per million
 * @param ledger how the books are kept
 * @param payouts how owners get their money
 * @param limits when to push back
 * @param pace how long things shall take
 * @param checks how results are checked beside what clients buy
 */
public record CoordinatorConfig(
        String dataDirectory,
        Nodes nodes,
        Api api,
        Jobs jobs,
        Revenue revenue,
        Ledger ledger,
        Payouts payouts,
        Limits limits,
        Pace pace,
        Checks checks) {
    /** What holds where nothing is said. */
    public static final CoordinatorConfig DEFAULTS =
            new CoordinatorConfig(
                    "idlefleet-data/coordinator",
                    new Nodes(
                            "0.0.0.0",
                            7443,
                            List.of("localhost", "127.0.0.1"),
                            1,
                            24,
                            new TreeMap<>()),
                    new Api("127.0.0.1", 8000, "", "", 1),
                    new Jobs(1, 60, 5, 24),
                    new Revenue(1, 700_000, 200_000, 100_000),
                    new Ledger("idlefleet", "", List.of(), 1_000, 1_000),
                    new Payouts("EUR", 0, 20, "", "", "", ""),
                    new Limits(200_000, 20_000, 1_000_000, 60_000, 600_000_000),
                    new Pace(2_000, 10_000, 50, 5_000, 15_000, 250, 60_000, 60_000),
                    new Checks(Policy.Checks.STANDARD.ringersPpm()));

    /**
     * @param names host names and addresses under which nodes reach the door; they stand in its
     *     certificate
     * @param threads network threads
     * @param certificateHours how long a node's certificate lives
     * @param limits wire limits by their labels, such as {@code address-connections}, in place of
     *     their defaults
     */
    public record Nodes(
            String host,
            int port,
            List<String> names,
            int threads,
            int certificateHours,
            SortedMap<String, Long> limits) {}

    /**
     * @param tlsCertificates PEM file; empty speaks plain HTTP, which is for loopback
     * @param tlsKey PEM file
     */
    public record Api(String host, int port, String tlsCertificates, String tlsKey, int threads) {}

    /**
     * @param quorum owners who must agree
     * @param deadlineSeconds for a request that somebody waits for
     * @param deviceWaitSeconds of such a request that finds too few devices; then it is refused
     * @param batchDeadlineHours for a batch job
     */
    public record Jobs(
            int quorum, int deadlineSeconds, int deviceWaitSeconds, int batchDeadlineHours) {
        public Jobs {
            if (deviceWaitSeconds < 0 || deviceWaitSeconds > 600) {
                throw new IllegalArgumentException(
                        "expected jobs.deviceWaitSeconds of 0 to 600, found " + deviceWaitSeconds);
            }
        }
    }

    /** Shares of a payment; together a million. */
    public record Revenue(int version, int ownerPpm, int platformPpm, int verificationPpm) {}

    /**
     * @param name what checkpoints call this ledger, such as {@code ledger.example.org}; never
     *     changed once owners and witnesses know it
     * @param policy a policy file, which counts in place of {@code revenue}; empty for none
     * @param witnesses public keys of witnesses whose signatures under checkpoints are taken
     * @param foldMs how long transactions gather before they are written together, milliseconds
     * @param checkpointMs how often a grown ledger is signed, milliseconds
     */
    public record Ledger(
            String name, String policy, List<String> witnesses, int foldMs, int checkpointMs) {
        public Ledger {
            witnesses = List.copyOf(witnesses);
            witnesses.forEach(NoteKey::parse);
            if (foldMs < 0 || foldMs > 10_000 || checkpointMs < 10 || checkpointMs > 60_000) {
                throw new IllegalArgumentException(
                        "expected ledger.foldMs of 0 to 10000 and ledger.checkpointMs of 10 to"
                                + " 60000, found "
                                + foldMs
                                + " and "
                                + checkpointMs);
            }
        }

        List<NoteKey> witnessKeys() {
            return witnesses.stream().map(NoteKey::parse).toList();
        }
    }

    /**
     * Owners' bank accounts stand in {@code payouts/payees.csv} of the data directory.
     *
     * @param creditPriceMillionths of the currency, for one credit; 0 pays nobody
     * @param thresholdCredits less waits for a later run
     * @param debtorName our name at the bank, for the files it gets
     * @param debtorIban the account that owners are paid from
     * @param service address of a payment service with Stripe's shape, in place of bank files
     * @param serviceKey the file that holds its key
     */
    public record Payouts(
            String currency,
            long creditPriceMillionths,
            long thresholdCredits,
            String debtorName,
            String debtorIban,
            String service,
            String serviceKey) {}

    /**
     * @param openJobs most jobs open at a time
     * @param openJobsPerClient the same for one client
     * @param itemsPerJob most items of a job
     * @param requestsPerMinute of one key
     * @param workUnitsPerMinute of one key
     */
    public record Limits(
            int openJobs,
            int openJobsPerClient,
            int itemsPerJob,
            long requestsPerMinute,
            long workUnitsPerMinute) {}

    /** See {@link org.idlefleet.coordinator.Policy.Pace}; milliseconds. */
    public record Pace(
            int interactiveShardMs,
            int batchShardMs,
            int shortestShardMs,
            int heartbeatMs,
            int leaseMs,
            int hedgeMs,
            int overrunMs,
            int pauseMs) {}

    /** See {@link org.idlefleet.coordinator.Policy.Checks}. */
    public record Checks(int ringersPpm) {
        public Checks {
            new Policy.Checks(ringersPpm);
        }

        Policy.Checks policy() {
            return new Policy.Checks(ringersPpm);
        }
    }

    /**
     * Reads the settings; see {@link ConfigLoader}. Names in the environment start with {@code
     * IDLEFLEET_COORDINATOR_}.
     */
    public static CoordinatorConfig load(
            Optional<Path> file, Map<String, String> environment, List<String> sets) {
        return new ConfigLoader<>(CoordinatorConfig.class, DEFAULTS, "IDLEFLEET_COORDINATOR_")
                .load(file, environment, sets);
    }

    /** What the core decides by. */
    Policy policy(byte[] secret) {
        Policy.Limits standard = Policy.Limits.STANDARD;
        return new Policy(
                payPolicy(),
                new Policy.Limits(
                        limits.itemsPerJob(),
                        limits.openJobs(),
                        limits.openJobsPerClient(),
                        standard.quorum(),
                        standard.attempts(),
                        standard.shardItems(),
                        standard.shardOutputBytes(),
                        standard.shardUnits(),
                        standard.finishedJobs(),
                        standard.faults()),
                new Policy.Pace(
                        Duration.ofMillis(pace.interactiveShardMs()),
                        Duration.ofMillis(pace.batchShardMs()),
                        Duration.ofMillis(pace.shortestShardMs()),
                        Duration.ofMillis(pace.heartbeatMs()),
                        Duration.ofMillis(pace.leaseMs()),
                        Duration.ofMillis(pace.hedgeMs()),
                        Duration.ofMillis(pace.overrunMs()),
                        Duration.ofMillis(pace.pauseMs()),
                        Policy.Pace.STANDARD.retryAfter(),
                        Policy.Pace.STANDARD.audit(),
                        Policy.Pace.STANDARD.finality(),
                        Policy.Pace.STANDARD.availability()),
                checks.policy(),
                ByteBuffer.wrap(secret).getLong(),
                Digest.of(secret));
    }

    PayoutConfig payoutConfig() {
        return new PayoutConfig(
                Path.of(dataDirectory).resolve("payouts"),
                payouts.creditPriceMillionths() == 0
                        ? Optional.empty()
                        : Optional.of(
                                new PayoutTerms(
                                        payouts.currency(),
                                        payouts.creditPriceMillionths(),
                                        Money.ofUnits(payouts.thresholdCredits()))),
                payouts.debtorIban().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Payee("us", payouts.debtorName(), payouts.debtorIban())),
                payouts.service().isEmpty()
                        ? Optional.empty()
                        : Optional.of(URI.create(payouts.service())),
                Path.of(payouts.serviceKey()));
    }

    /** How work is paid: by the policy file if there is one, else by the shares alone. */
    PayPolicy payPolicy() {
        if (ledger.policy().isEmpty()) {
            return PayPolicy.plain(
                    RevenueShare.of(
                            revenue.version(),
                            revenue.ownerPpm(),
                            revenue.platformPpm(),
                            revenue.verificationPpm()));
        }
        try {
            return PolicyFile.parse(Files.readString(Path.of(ledger.policy())));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "ledger.policy: the policy file " + ledger.policy() + " can't be read", e);
        }
    }

    NodeServer.Settings nodeSettings() {
        WireLimits limits = WireLimits.DEFAULT;
        for (Map.Entry<String, Long> limit : nodes.limits().entrySet()) {
            limits = limits.with(limit.getKey(), limit.getValue());
        }
        return new NodeServer.Settings(
                new InetSocketAddress(nodes.host(), nodes.port()),
                nodes.names(),
                nodes.threads(),
                limits);
    }

    ApiConfig apiConfig() {
        ApiConfig.Terms terms = ApiConfig.Terms.STANDARD;
        ApiConfig.Limits sizes = ApiConfig.Limits.STANDARD;
        Optional<ApiConfig.Tls> tls =
                api.tlsCertificates().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new ApiConfig.Tls(
                                        Path.of(api.tlsCertificates()), Path.of(api.tlsKey())));
        return new ApiConfig(
                new ApiConfig.Address(api.host(), api.port(), tls),
                api.threads(),
                new ApiConfig.Terms(
                        jobs.quorum(),
                        Duration.ofSeconds(jobs.deadlineSeconds()),
                        terms.deadlineMax(),
                        Duration.ofHours(jobs.batchDeadlineHours()),
                        terms.batchDeadlineMax(),
                        Duration.ofSeconds(jobs.deviceWaitSeconds())),
                sizes,
                new ApiConfig.Rates(
                        limits.requestsPerMinute(),
                        limits.workUnitsPerMinute(),
                        ApiConfig.Rates.STANDARD.failuresPerMinute()));
    }
}
