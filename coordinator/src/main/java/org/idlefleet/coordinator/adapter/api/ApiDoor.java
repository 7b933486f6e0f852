package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.metric.NoopMeterRegistry;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.common.util.ThreadFactories;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;

import io.netty.channel.EventLoopGroup;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.View;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The HTTP door, open from {@link #open} to {@link #close}. Thread-safe. */
public final class ApiDoor implements Closeable {
    private static final Duration CORE_ANSWERS = Duration.ofSeconds(30);
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /** With none at all the server would cut answers off that are being written. */
    private static final Duration QUIET = Duration.ofMillis(1);

    /** So long open requests may go on when the door closes; the rest is for their answers. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int WORKERS = 16;

    private final Server server;
    private final Desk desk;

    private ApiDoor(Server server, Desk desk) {
        this.server = server;
        this.desk = desk;
    }

    /**
     * Learns the keys from the core, which must be running, then opens the port.
     *
     * @param adminKey {@code admin.secret}, see {@link #freshAdminKey}
     * @throws IOException if the port or the TLS files can't be used, with what to do about it
     */
    public static ApiDoor open(
            ApiConfig config,
            String adminKey,
            Ports ports,
            InstantSource clock,
            SecureRandom random)
            throws IOException {
        var keys = new KeyRing(adminKey, config.rates(), random);
        keys.replace(knownKeys(ports.desk()));
        ports.operators()
                .keys()
                .forEach(key -> keys.add(key.name(), key.roles(), key.secretHash()));
        var ids = new RequestIds(random);
        var faults = new Faults(config.limits(), ids);
        var doorman =
                new Doorman(
                        keys, new Strangers(config.rates().failuresPerMinute()), ports.metrics());
        var auditLog = new AuditLog(ports.operators(), faults, clock);
        ServerBuilder builder = builder(config, faults);
        byPath(routes(config, ports, keys, clock, random))
                .forEach((path, routes) -> {
                    boolean large = routes.stream().anyMatch(Route::large);
                    builder.route()
                            .path(path)
                            .maxRequestLength(
                                    large
                                            ? config.limits().batchBytes()
                                            : config.limits().requestBytes())
                            .build(
                                    new Entrance(
                                            path,
                                            routes,
                                            doorman,
                                            auditLog,
                                            faults,
                                            ids,
                                            ports.metrics()));
                });
        builder.serviceUnder("/", nowhere(doorman, auditLog, faults, ids, ports.metrics()));
        return new ApiDoor(start(builder, config.address()), ports.desk());
    }

    /** A new key for the first operator, to be kept in a file that only the operator can read. */
    public static String freshAdminKey(SecureRandom random) {
        return KeyRing.freshAdminKey(random);
    }

    /** The port that is open. */
    public int port() {
        return server.activeLocalPort();
    }

    /**
     * Takes no more connections, lets open requests end for a moment, tells those that did not to
     * come again, then closes. Takes about two seconds, in which the acceptor's thread listens for
     * latecomers.
     */
    @Override
    public void close() {
        CompletableFuture<Void> stopped = server.stop();
        CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .execute(desk::close);
        stopped.join();
    }

    /** All routes, in the order of the documentation. */
    static List<Route> routes(
            ApiConfig config, Ports ports, KeyRing keys, InstantSource clock, SecureRandom random) {
        var health = new Health(ports);
        var models = new Models(ports.catalogue());
        var desk = new JobDesk(config, ports, clock);
        var jobs = new JobsApi(ports);
        var ledger = new LedgerApi(ports);
        var proof = new ProofApi(ports);
        var payouts = new PayoutApi(ports, clock);
        var usage = new UsageApi(ports, clock);
        var pay = new PayApi(ports);
        var operators = new OperatorsApi(ports, keys, clock);
        var operator = new Operator(ports, keys, clock, random);
        Route.Access open = Route.Access.OPEN;
        Route.Access admin = Route.Access.ADMIN;
        Route.Access client = Route.Access.CLIENT;
        Route.Access key = Route.Access.KEY;
        return List.of(
                Route.get("/health/live", open, health::live),
                Route.get("/health/ready", open, health::ready),
                Route.get("/metrics", open, health::metrics),
                Route.get("/v1/models", key, models::list),
                Route.get("/v1/models/{model}", key, models::one),
                Route.post("/v1/embeddings", client, desk::embeddings),
                Route.get("/v1/organization/usage/embeddings", key, usage::embeddings),
                Route.get("/v1/organization/costs", key, usage::costs),
                Route.get("/api/v1/openapi.json", open, health::openApi),
                Route.get("/api/v1/account", client, operator::account),
                Route.batch("/api/v1/jobs", client, desk::batch),
                Route.get("/api/v1/jobs", admin, jobs::list),
                Route.get("/api/v1/jobs/{job}", key, jobs::one),
                Route.delete("/api/v1/jobs/{job}", key, jobs::cancel),
                Route.get("/api/v1/jobs/{job}/output", key, jobs::output),
                Route.get("/api/v1/jobs/{job}/receipt", key, jobs::receipt),
                Route.get("/api/v1/audit-keys/{day}", open, jobs::auditKey),
                Route.get("/api/v1/nodes", admin, operator.look(new Query.OfNodes())),
                Route.post("/api/v1/nodes/{node}/ban", admin, operator::ban),
                Route.get("/api/v1/owners", admin, operator.look(new Query.OfStandings())),
                Route.post("/api/v1/owners/{owner}/trust", admin, operator::trust),
                Route.post("/api/v1/owners/{owner}/reinstate", admin, operator::reinstate),
                Route.get("/api/v1/owners/{owner}/terms", admin, pay::terms),
                Route.post("/api/v1/owners/{owner}/terms", admin, pay::setTerms),
                Route.get("/api/v1/balances", admin, operator.look(new Query.OfBalances())),
                Route.get("/api/v1/models", admin, operator.look(new Query.OfModels())),
                Route.post("/api/v1/models", admin, operator::addModel),
                Route.get("/api/v1/load", admin, operator.look(new Query.OfLoad())),
                Route.get("/api/v1/clients/{client}", admin, operator::client),
                Route.post("/api/v1/clients/{client}/terms", admin, operator::terms),
                Route.get("/api/v1/operators", admin, operators::list),
                Route.post("/api/v1/operators", admin, operators::create).needing(Role.ADMIN),
                Route.post("/api/v1/operators/{operator}/revoke", admin, operators::revoke)
                        .needing(Role.ADMIN),
                Route.get("/api/v1/audit-log", admin, operators::auditLog),
                Route.get("/api/v1/keys", admin, operator.look(new Query.OfKeys())),
                Route.post("/api/v1/keys", admin, operator::createKey),
                Route.post("/api/v1/keys/{key}/revoke", admin, operator::revokeKey),
                Route.post("/api/v1/tokens", admin, operator::token),
                Route.post("/api/v1/funds", admin, operator::fund),
                Route.post("/api/v1/chargebacks", admin, operator::chargeBack),
                Route.get("/api/v1/ledger/balances", key, ledger::balances),
                Route.get("/api/v1/ledger/accounts/{account}", key, ledger::account),
                Route.get("/api/v1/ledger/transactions", admin, ledger::transaction),
                Route.get("/api/v1/ledger/trial-balance", admin, ledger::trialBalance),
                Route.get("/api/v1/ledger/check", admin, ledger::check),
                Route.get("/api/v1/ledger/statements/{holder}", key, ledger::statement),
                Route.get("/api/v1/ledger/policy", admin, operator.look(new Query.OfPay())),
                Route.post("/api/v1/ledger/policy", admin, pay::setPolicy),
                Route.post("/api/v1/ledger/dry-runs", admin, ledger::dryRun).needing(Role.READ),
                Route.get("/api/v1/ledger/invoices/{client}", key, ledger::invoice),
                Route.get("/api/v1/ledger/sellers/{year}", admin, ledger::sellers),
                Route.post("/api/v1/ledger/maturings", admin, payouts::mature),
                Route.post("/api/v1/ledger/repairs", admin, payouts::repair),
                Route.get("/api/v1/ledger/payouts", admin, payouts::list),
                Route.post("/api/v1/ledger/payouts", admin, payouts::propose),
                Route.get("/api/v1/ledger/payouts/{run}", admin, payouts::one),
                Route.post("/api/v1/ledger/payouts/{run}/approve", admin, payouts::approve)
                        .needing(Role.APPROVE),
                Route.post("/api/v1/ledger/payouts/{run}/send", admin, payouts::send),
                Route.post("/api/v1/ledger/payouts/{run}/reports", admin, payouts::report),
                Route.get("/api/v1/ledger/checkpoint", open, proof::checkpoint),
                Route.get("/api/v1/ledger/consistency", open, proof::consistency),
                Route.post("/api/v1/ledger/cosignatures", open, proof::cosign),
                Route.get("/api/v1/ledger/exports/{holder}", key, proof::export),
                Route.get("/ledger/checkpoint", open, proof::note),
                Route.get("/ledger/tile/{level}/{*tile}", open, proof::tile));
    }

    private static Map<String, List<Route>> byPath(List<Route> routes) {
        var paths = new LinkedHashMap<String, List<Route>>();
        routes.forEach(
                route -> paths.computeIfAbsent(route.path(), _ -> new ArrayList<>()).add(route));
        return paths;
    }

    private static ServerBuilder builder(ApiConfig config, Faults faults) {
        return Server.builder()
                .workerGroup(loops("idlefleet-api", config.threads()), true)
                .blockingTaskExecutor(workers(), true)
                .meterRegistry(NoopMeterRegistry.get())
                .errorHandler(faults)
                .disableServerHeader()
                .maxNumConnections(config.limits().connections())
                .maxRequestLength(config.limits().requestBytes())
                .requestTimeout(config.limits().bodyTime())
                .idleTimeout(IDLE)
                .gracefulShutdownTimeout(QUIET, LAST_WORDS);
    }

    private static EventLoopGroup loops(String name, int threads) {
        return EventLoopGroups.builder()
                .numThreads(threads)
                .threadFactory(ThreadFactories.newThreadFactory(name, true))
                .gracefulShutdown(Duration.ZERO, LAST_WORDS)
                .build();
    }

    private static ScheduledExecutorService workers() {
        return Executors.newScheduledThreadPool(
                WORKERS, ThreadFactories.newThreadFactory("idlefleet-api-worker", true));
    }

    private static List<View.ApiKey> knownKeys(Desk desk) throws IOException {
        try {
            View view =
                    desk.ask(Runnable::run, number -> new Command.Look(number, new Query.OfKeys()))
                            .thenApply(Operator::seen)
                            .get(CORE_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
            return ((View.ApiKeys) view).keys();
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the coordinator's core does not say which keys it knows", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before the API was open", e);
        }
    }

    private static Server start(ServerBuilder builder, ApiConfig.Address address)
            throws IOException {
        var socket = new InetSocketAddress(address.host(), address.port());
        if (socket.isUnresolved()) {
            throw new IOException("the API's host '" + address.host() + "' has no address");
        }
        if (address.tls().isPresent()) {
            tls(builder, address.tls().get());
            builder.port(socket, SessionProtocol.HTTPS);
        } else {
            builder.port(socket, SessionProtocol.HTTP);
        }
        Server server;
        try {
            server = builder.build();
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new IOException("the API's TLS files can't be used: " + deepest(e), e);
        }
        try {
            server.start().join();
            return server;
        } catch (CompletionException e) {
            throw unopened(address, e);
        }
    }

    private static void tls(ServerBuilder builder, ApiConfig.Tls tls) throws IOException {
        for (Path file : List.of(tls.certificates(), tls.key())) {
            if (!Files.isReadable(file)) {
                throw new IOException("the API's TLS file " + file + " can't be read");
            }
        }
        try {
            builder.tls(TlsKeyPair.of(tls.key().toFile(), tls.certificates().toFile()));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IOException(
                    "the API's TLS files "
                            + tls.certificates()
                            + " and "
                            + tls.key()
                            + " are no certificate chain with its key in PEM: "
                            + deepest(e),
                    e);
        }
    }

    private static IOException unopened(ApiConfig.Address address, CompletionException e) {
        String where = address.host() + ":" + address.port();
        Throwable cause = deepest(e);
        return cause instanceof BindException || String.valueOf(cause).contains("in use")
                ? new IOException(
                        "the API can't open "
                                + where
                                + ": "
                                + cause.getMessage()
                                + "; stop what uses it, or choose another port",
                        e)
                : new IOException("the API can't open " + where + ": " + cause, e);
    }

    private static Throwable deepest(Throwable fault) {
        Throwable cause = fault;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static HttpService nowhere(
            Doorman doorman, AuditLog auditLog, Faults faults, RequestIds ids, Metrics metrics) {
        var entrance = new Entrance("other", List.of(), doorman, auditLog, faults, ids, metrics);
        return entrance::unknown;
    }
}
