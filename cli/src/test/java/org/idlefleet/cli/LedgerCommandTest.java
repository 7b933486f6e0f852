package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.awaitility.Awaitility;
import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.Running;
import org.idlefleet.coordinator.adapter.CoordinatorConfig;
import org.idlefleet.coordinator.adapter.CoordinatorServer;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.MerkleTree;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.Receipt;
import org.idlefleet.ledger.proof.Receipts;
import org.idlefleet.ledger.proof.SignedReceipts;
import org.idlefleet.ledger.proof.adapter.ProofLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The books of a coordinator without nodes, while it runs and afterwards. */
class LedgerCommandTest {
    @TempDir private Path directory = Path.of("");

    @Test
    void theBooksAreReadWhetherTheCoordinatorRunsOrNot() throws Exception {
        try (var server = start()) {
            server.fund("acme");
            awaitSize(1);
            assertThat(out("balances")).contains("client:acme:prepaid").contains("25.000000");
        }
        assertThat(out("balances", "--as-of", "2026-01-01T00:00:00Z"))
                .doesNotContain("acme")
                .contains("all together", "0.000000");
        assertThat(out("balances", "--booked-by", "2100-01-01T00:00:00Z"))
                .contains("client:acme:prepaid", "25.000000");
        assertThat(out("balances", "--prefix", "client:ac")).contains("client:acme:prepaid");
        assertThat(out("balances", "--prefix", "owner")).doesNotContain("client");
        assertThat(out("account", "client:acme:prepaid")).contains("fund/acme/1", "25.000000");
        assertThat(out("transaction", "fund/acme/1"))
                .contains("platform:issued", "-25.000000", "number 1");
        assertThat(out("trial-balance")).contains("client:*:prepaid", "together");
        assertThat(out("statement", "--client", "acme")).contains("closing 25.000000");
        assertThat(out("check"))
                .contains("books balance: 1 transactions", "the proof log has the same ones");
        assertThat(typed("transaction", "fund/acme/2").exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(typed("account", "owner:zoe:escrow").err()).contains("owner:zoe:escrow");
        assertThat(typed("statement", "--client", "acme", "--month", "soon").err())
                .contains("such as 2026-11");
    }

    @Test
    void aStatementIsWrittenAsCsvAndPdf() throws Exception {
        try (var server = start()) {
            server.fund("acme");
        }
        Path csv = directory.resolve("acme.csv");
        Path pdf = directory.resolve("acme.pdf");
        out("statement", "--client", "acme", "--csv", csv.toString(), "--pdf", pdf.toString());
        assertThat(csv).content().contains("fund/acme/1,acme,client:acme:prepaid,25.000000");
        assertThat(Files.readAllBytes(pdf)).startsWith('%', 'P', 'D', 'F');
    }

    @Test
    void anExportIsVerifiedUnderAWitnessAndACheckpointThatWasPinned() throws Exception {
        Path witness = directory.resolve("witness");
        Path export = directory.resolve("export.txt");
        String key;
        String witnessKey;
        Path pinned = directory.resolve("pinned");
        try (var server = start()) {
            server.fund("acme");
            awaitSize(1);
            key = checkpoint().path("key").asString();
            Files.writeString(pinned, checkpoint().path("note").asString());
            witnessKey = witnessKey(server.watch(witness, key).out());
        }
        try (var server = start("ledger.witnesses=" + witnessKey)) {
            server.fund("bolt");
            awaitSize(2);
            Typed watched = server.watch(witness, key);
            assertThat(watched.out()).contains("cosigned 2 entries");
            assertThat(watched.exitCode()).isEqualTo(ExitCode.OK);
            out("export", "--client", "acme", "--seen", "1", "--out", export.toString());
        }
        String[] verify = {
            export.toString(), "--key", key, "--witness", witnessKey, "--pinned", pinned.toString()
        };
        assertThat(out("verify", verify)).contains("all 1 entries hold", "25.000000");

        Files.writeString(export, Files.readString(export).replace("25000000", "26000000"));
        Typed forged = typed("verify", verify);
        assertThat(forged.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(forged.out()).contains("is not the one in the log");

        out("export", "--client", "bolt", "--out", export.toString());
        assertThat(out("verify", export.toString(), "--key", key)).contains("all 1 entries hold");
        assertThat(typed("verify", verify).out()).contains("expected 1 witnesses");
    }

    @Test
    void receiptsThatWereNotKeptAreNamed() throws Exception {
        Path export = directory.resolve("export.txt");
        Path owed = directory.resolve("receipts");
        String key;
        try (var server = start()) {
            server.fund("acme");
            awaitSize(1);
            key = checkpoint().path("key").asString();
        }
        try (var reader = LedgerReader.open(data().resolve("ledger.db"));
                var proof =
                        ProofLog.open(data().resolve("proof"), NoteKey.parse(key).name(), reader)) {
            Receipts early = promise(Instant.EPOCH);
            Receipts late = promise(Instant.parse("2999-01-01T00:00:00Z"));
            Files.writeString(
                    owed,
                    SignedReceipts.sign(List.of(early, late), proof.signer()).stream()
                            .map(SignedReceipts::text)
                            .collect(Collectors.joining()));
        }
        out("export", "--owner", "ann", "--out", export.toString());
        String[] verify = {export.toString(), "--key", key, "--receipts", owed.toString()};
        Typed broken = typed("verify", verify);
        assertThat(broken.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(broken.out())
                .containsOnlyOnce("the receipt for settle/9/0 promised ann 0.000005 by 1970");

        Files.writeString(owed, SignedReceipts.parse(Files.readString(owed)).getLast().text());
        assertThat(out("verify", verify)).contains("0 receipts kept, 1 not due yet");
    }

    private static Receipts promise(Instant by) {
        return new Receipts(
                "ann",
                by,
                List.of(
                        new Receipt(
                                TransactionId.settle("9", "0"),
                                new Money(5),
                                MerkleTree.EMPTY_ROOT)));
    }

    @Test
    void policiesInvoicesAndYearsAreShown() throws Exception {
        Path policy = directory.resolve("policy.yaml");
        Files.writeString(
                policy,
                "{version: 5, prices: {default: 1}, shares: {owner: 900000, platform: 100000}}");
        try (var server = start("ledger.policy=" + policy)) {
            server.fund("acme");
            awaitSize(1);
            assertThat(out("policy dry-run", policy.toString(), "--month", "2026-11"))
                    .contains("policy 5: 0 settlements, 0 at its own prices");
            String month = YearMonth.now(ZoneOffset.UTC).toString();
            Path pdf = directory.resolve("invoice.pdf");
            assertThat(
                            out(
                                    "invoice",
                                    "--client",
                                    "acme",
                                    "--month",
                                    month,
                                    "--pdf",
                                    pdf.toString()))
                    .contains("invoice acme-" + month, "paid in 25.000000");
            assertThat(Files.readAllBytes(pdf)).startsWith('%', 'P', 'D', 'F');
        }
        assertThat(out("policy dry-run", policy.toString())).contains("policy 5: 0 settlements");
        assertThat(out("sellers", "2026")).contains("earned together 0.000000");
        Files.writeString(policy, "version: 5");
        assertThat(typed("policy dry-run", policy.toString()).err())
                .contains("expected version and shares");
        assertThatThrownBy(() -> start("ledger.policy=" + policy))
                .hasMessageContaining("expected version and shares");
    }

    @Test
    void rowsThatWereChangedTogetherAreFoundByTheProofLog() throws Exception {
        try (var server = start()) {
            server.fund("acme");
            awaitSize(1);
        }
        try (var plain = DriverManager.getConnection("jdbc:sqlite:" + data().resolve("ledger.db"));
                var statement = plain.createStatement()) {
            statement.execute("DROP TRIGGER transactions_are_not_changed");
            statement.execute("UPDATE transactions SET booked_at = booked_at - 1000");
        }
        Typed check = typed("check");
        assertThat(check.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(check.err()).contains("rows were changed");
    }

    @Test
    void eachOperatorHasAKeyOfHisOwnAndTheAuditLogOutlivesTheCoordinator() throws Exception {
        Path key = directory.resolve("olga.key");
        String[] fund = {"fund", "--client", "acme", "--amount", "2", "--reference", "r"};
        try (var _ = start()) {
            String[] add = {"operator", "add", "olga", "--role", "read", "--out", key.toString()};
            assertThat(coordinator(add).out()).contains("the key of olga is in");
            assertThat(Files.getPosixFilePermissions(key)).hasSize(2);
            assertThat(coordinator(add).err()).contains("exists: name a new file");
            assertThat(Files.readString(key)).startsWith("op-olga.");
            assertThat(coordinator("operator", "list").out()).contains("olga", "admin");
            Typed refused = coordinator(key, fund);
            assertThat(refused.exitCode()).isEqualTo(ExitCode.AUTH);
            assertThat(refused.err()).contains("lacks the role operate", "olga.key");
            assertThat(coordinator("operator", "add", "eve", "--role", "root").err())
                    .contains("read, operate and approve");
        }
        try (var _ = start()) {
            assertThat(coordinator(key, "audit", "--limit", "2").out())
                    .as("the key holds, the log is there")
                    .contains("olga", "lacks the role operate", "/api/v1/funds", "eve");
            assertThat(coordinator("operator", "revoke", "olga").exitCode()).isZero();
            assertThat(coordinator(key, "audit").exitCode()).isEqualTo(ExitCode.AUTH);
        }
        try (var _ = start()) {
            assertThat(coordinator(key, "audit").exitCode()).isEqualTo(ExitCode.AUTH);
            assertThat(coordinator("audit").out()).contains("/api/v1/operators/olga/revoke");
        }
    }

    private Typed coordinator(Path key, String... arguments) {
        var words = new ArrayList<>(List.of(arguments));
        words.addAll(List.of("--operator-key", key.toString()));
        return coordinator(words.toArray(String[]::new));
    }

    private Typed coordinator(String... arguments) {
        var words = new ArrayList<>(List.of("coordinator"));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--data", data().toString()));
        return Typed.idlefleet(words.toArray(String[]::new));
    }

    @Test
    void aKeyThatIsNoneIsAUsageError() {
        Typed typed = Typed.idlefleet("ledger", "verify", "x", "--key", "secret");
        assertThat(typed.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(typed.err()).contains("name+0123abcd+base64");
    }

    private Announced start(String... more) throws IOException {
        var sets =
                new ArrayList<>(
                        List.of(
                                "dataDirectory=" + data(),
                                "nodes.host=127.0.0.1",
                                "nodes.port=0",
                                "api.port=0",
                                "ledger.checkpointMs=20"));
        sets.addAll(List.of(more));
        CoordinatorServer server =
                CoordinatorServer.start(
                        CoordinatorConfig.load(Optional.empty(), Map.of(), sets),
                        fault -> {
                            throw new AssertionError(fault);
                        });
        var announced = new Announced(server, data());
        new Running(ProcessHandle.current().pid(), announced.api(), "port 0").write(data());
        return announced;
    }

    /** A server that other commands find as long as it runs. */
    private record Announced(CoordinatorServer server, Path data) implements AutoCloseable {
        URI api() {
            return URI.create("http://127.0.0.1:" + server.apiPort());
        }

        void fund(String client) throws IOException {
            try (var api = new AdminApi(api(), Running.adminKey(data))) {
                api.post(
                        "/api/v1/funds",
                        Map.of("client", client, "amount", "25", "reference", "1"));
            }
        }

        Typed watch(Path witness, String key) {
            return Typed.idlefleet(
                    "ledger",
                    "witness",
                    "--once",
                    "--name",
                    "witness.example.net",
                    "--dir",
                    witness.toString(),
                    "--key",
                    key,
                    "--api",
                    api().toString());
        }

        @Override
        public void close() throws IOException {
            Running.remove(data);
            server.close();
        }
    }

    private JsonNode checkpoint() {
        return JsonMapper.shared().readTree(out("checkpoint", "--json"));
    }

    private void awaitSize(long size) {
        Awaitility.await()
                .until(
                        () -> checkpoint().path("note").asString().lines().toList().get(1),
                        Long.toString(size)::equals);
    }

    private static String witnessKey(String out) {
        return out.lines().findFirst().orElseThrow().substring("key ".length());
    }

    private Path data() {
        return directory.resolve("data");
    }

    private String out(String command, String... arguments) {
        Typed typed = typed(command, arguments);
        assertThat(typed.exitCode()).as(command + ": " + typed.out() + typed.err()).isZero();
        return typed.out();
    }

    private Typed typed(String command, String... arguments) {
        var words = new ArrayList<>(List.of("ledger"));
        words.addAll(List.of(command.split(" ", -1)));
        words.addAll(List.of(arguments));
        if (!command.equals("verify")) {
            words.addAll(List.of("--data", data().toString()));
        }
        return Typed.idlefleet(words.toArray(String[]::new));
    }
}
