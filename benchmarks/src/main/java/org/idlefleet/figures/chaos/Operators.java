package org.idlefleet.figures.chaos;

import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.Directories;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.figures.Troubles;
import org.idlefleet.figures.chaos.Findings.Kind;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What the operator does meanwhile, and what happens to the coordinator. One thread. Linux. */
final class Operators {
    private static final Duration END_LIMIT = Duration.ofSeconds(30);

    /** Connections that clients kept open find out that it is another coordinator. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private static final int STOPPED_MILLIS_MAX = 8_000;

    private final LocalFleet fleet;
    private final List<String> owners;
    private final String liar;
    private final Outages outages;
    private final Findings findings;
    private final Random random;
    private final Map<Act, Integer> acts = new EnumMap<>(Act.class);

    /** One thing that an operator does, or that happens to the coordinator. */
    enum Act {
        /** Somebody kills it. */
        KILLED,
        /** It is told to end, and started again. */
        ENDED,
        /** It is stopped by SIGSTOP. */
        STOPPED,
        /** It can't write to its disk. */
        DISK_FULL,
        /** An owner is trusted from now on, or is not any more. */
        TRUST,
        /** Work is paid by another policy from now on. */
        POLICY,
        /** A backup is made, restored elsewhere and checked. */
        BACKUP,
        /** The liar may come back, if it was convicted. */
        REINSTATED
    }

    /**
     * @param owners the honest ones, who may be trusted
     */
    Operators(
            LocalFleet fleet,
            List<String> owners,
            String liar,
            Outages outages,
            Findings findings,
            Random random) {
        this.fleet = fleet;
        this.owners = List.copyOf(owners);
        this.liar = liar;
        this.outages = outages;
        this.findings = findings;
        this.random = random;
    }

    Map<Act, Integer> acts() {
        return acts;
    }

    /** Trusts everybody, so that no work waits for an owner who is trusted. */
    void trustAll() {
        owners.forEach(owner -> trust(owner, true));
    }

    /** Lets the liar come back, if it was turned away. */
    void reinstate() {
        for (JsonNode owner : fleet.api().get("/api/v1/owners").path("data")) {
            boolean faulty = false;
            for (JsonNode device : owner.path("devices")) {
                faulty |= device.path("faulty").asBoolean();
            }
            boolean away = faulty || owner.path("state").asString().equals("convicted");
            if (owner.path("id").asString().equals(liar) && away) {
                fleet.api()
                        .post(
                                "/api/v1/owners/" + liar + "/reinstate",
                                Map.of("reason", "it promised not to lie"));
            }
        }
    }

    /** Does one of all that, drawn alike. */
    void act() throws IOException, InterruptedException {
        Act act = Act.values()[random.nextInt(Act.values().length)];
        acts.merge(act, 1, Integer::sum);
        switch (act) {
            case KILLED -> again(() -> fleet.coordinator().kill());
            case ENDED ->
                    again(() -> {
                        fleet.coordinator().terminate();
                        findings.unlessEnds(fleet.coordinator(), END_LIMIT, "it was told to end");
                    });
            case STOPPED -> {
                fleet.coordinator().freeze();
                Thread.sleep(random.nextInt(STOPPED_MILLIS_MAX));
                fleet.coordinator().thaw();
            }
            case DISK_FULL ->
                    again(() -> {
                        Troubles.limitFiles(fleet.coordinator(), "0");
                        findings.unlessEnds(fleet.coordinator(), END_LIMIT, "its disk is full");
                    });
            case TRUST -> trust(owners.get(random.nextInt(owners.size())), random.nextInt(3) > 0);
            case POLICY -> policy();
            case BACKUP -> backUp();
            case REINSTATED -> reinstate();
        }
    }

    private interface Ending {
        void run() throws IOException, InterruptedException;
    }

    private void again(Ending ending) throws IOException, InterruptedException {
        outages.begin();
        ending.run();
        fleet.restartCoordinator();
        Thread.sleep(SETTLED);
        outages.end();
    }

    private void trust(String owner, boolean trusted) {
        try {
            fleet.api().post("/api/v1/owners/" + owner + "/trust", Map.of("trusted", trusted));
        } catch (AdminApi.Problem e) {
            findings.add(Kind.ANSWERS, "the operator's word on " + owner + ": " + e.getMessage());
        }
    }

    private void policy() {
        JsonNode before = fleet.api().get("/api/v1/ledger/policy");
        int version = before.path("version").asInt();
        String policy =
                before.path("policy")
                        .asString()
                        .replace("version: " + version, "version: " + (version + 1))
                        .replaceFirst("default: \\d+", "default: " + (1 + random.nextInt(20)));
        try {
            fleet.api().post("/api/v1/ledger/policy", Map.of("policy", policy));
        } catch (AdminApi.Problem e) {
            findings.add(Kind.ANSWERS, "a new policy: " + e.getMessage() + "\n" + policy);
        }
    }

    /** What was published before the backup was begun must be in it. */
    private void backUp() throws IOException {
        String backup = fleet.directory().resolve("backup").toString();
        String restored = fleet.directory().resolve("restored").toString();
        Path published = fleet.directory().resolve("published");
        try {
            Files.copy(fleet.data().resolve("proof/checkpoint"), published);
            fleet.operate("ledger", "backup", backup);
            fleet.command(
                    List.of(
                            "ledger",
                            "restore",
                            backup,
                            "--data",
                            restored,
                            "--published",
                            published.toString()));
            fleet.command(List.of("ledger", "check", "--data", restored));
        } catch (NoSuchFileException e) {
            // Nothing was published yet.
        } catch (IllegalStateException e) {
            findings.add(Kind.BOOKS, String.valueOf(e.getMessage()));
        } finally {
            Files.deleteIfExists(published);
            for (String directory : List.of(backup, restored)) {
                if (Files.exists(Path.of(directory))) {
                    Directories.remove(Path.of(directory));
                }
            }
        }
    }
}
