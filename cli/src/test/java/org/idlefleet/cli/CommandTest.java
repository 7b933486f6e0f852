package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.idlefleet.cli.fleet.Running;
import org.idlefleet.coordinator.adapter.CoordinatorConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the command says and returns where no coordinator is needed. */
class CommandTest {
    @TempDir private Path directory = Path.of("");

    @Test
    void everyCommandExplainsItself() {
        for (List<String> words :
                List.of(
                        List.<String>of(),
                        List.of("coordinator", "run"),
                        List.of("coordinator", "token"),
                        List.of("edge", "run"),
                        List.of("edge", "enrol"),
                        List.of("model", "add"),
                        List.of("jobs", "show"),
                        List.of("ledger", "statement"),
                        List.of("ledger", "verify"),
                        List.of("ledger", "witness"),
                        List.of("demo"),
                        List.of("simulate", "trust"),
                        List.of("bench"))) {
            var typed = new ArrayList<>(words);
            typed.add("--help");
            Typed answer = Typed.idlefleet(typed.toArray(String[]::new));
            assertThat(answer.exitCode()).as(words.toString()).isEqualTo(ExitCode.OK);
            assertThat(answer.out()).contains("Usage: idlefleet").contains("Exit codes:");
        }
    }

    /**
     * picocli formats descriptions, and warns on the screen of whoever asks for help if it can't.
     */
    @Test
    void everyDescriptionCanBeFormatted() {
        explain(Idlefleet.commandLine());
    }

    private static void explain(CommandLine command) {
        var texts = new ArrayList<String>();
        Collections.addAll(texts, command.getCommandSpec().usageMessage().description());
        Collections.addAll(texts, command.getCommandSpec().usageMessage().footer());
        command.getCommandSpec()
                .args()
                .forEach(argument -> Collections.addAll(texts, argument.description()));
        for (String text : texts) {
            assertThatCode(() -> String.format(Locale.ROOT, text))
                    .as("%s: a percent sign is written twice: %s", command.getCommandName(), text)
                    .doesNotThrowAnyException();
        }
        command.getSubcommands().values().forEach(CommandTest::explain);
    }

    @Test
    void helpIsACommandToo() {
        assertThat(Typed.idlefleet("help").out()).isEqualTo(Typed.idlefleet("--help").out());
        assertThat(Typed.idlefleet("help", "nodes").out())
                .isEqualTo(Typed.idlefleet("nodes", "--help").out());
    }

    @Test
    void aMisspeltCommandIsAUsageError() {
        assertThat(Typed.idlefleet("nodse").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Typed.idlefleet("ledger", "statement").err()).contains("--owner");
    }

    @Test
    void anAddressThatIsNoneIsAUsageErrorThatShowsOne() {
        for (String address :
                List.of(
                        "",
                        "localhost:8000",
                        "ftp://x",
                        "http:x",
                        "http://[::1",
                        "http://x:99999")) {
            for (String[] line :
                    new String[][] {
                        {"nodes", "--api=" + address},
                        {"ledger", "witness", "--dir=d", "--name=n", "--key=k", "--api=" + address}
                    }) {
                Typed typed = Typed.idlefleet(line);
                assertThat(typed.exitCode()).as(address).isEqualTo(ExitCode.USAGE);
                assertThat(typed.err())
                        .contains("--api", "http://127.0.0.1:8000, found '" + address + "'");
            }
        }
    }

    @Test
    void aTimeThatIsNoneIsAUsageErrorThatShowsOne() {
        for (String time : List.of("", "yesterday", "2026-13-01", "2026-11-31", "99999-01-01")) {
            Typed typed = Typed.idlefleet("ledger", "balances", "--as-of=" + time);
            assertThat(typed.exitCode()).as(time).isEqualTo(ExitCode.USAGE);
            assertThat(typed.err())
                    .contains("--as-of", "2026-11-01T00:00:00Z, or a date, found '" + time + "'");
        }
        for (String time : List.of("2026-11-30", "2026-11-30T00:00:00Z")) {
            Typed typed =
                    Typed.idlefleet("ledger", "balances", "--as-of=" + time, "--data=" + directory);
            assertThat(typed.err()).contains("there is no ledger in");
        }
    }

    @Test
    void aMissingFileIsCalledSo() {
        Typed typed = Typed.idlefleet("model", "sign", "--trust=" + directory.resolve("none"));
        assertThat(typed.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(typed.err()).contains("there is no").doesNotContain("Exception");
        Path missing = directory.resolve("none.yaml");
        Typed policy = Typed.idlefleet("ledger", "policy", "check", missing.toString());
        assertThat(policy.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(policy.err()).contains(missing + " is not there").doesNotContain("Exception");
        Typed run = Typed.idlefleet("coordinator", "run", "--config=" + missing);
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(missing + " is not there").doesNotContain("Exception");
        Typed verify = Typed.idlefleet("receipt", "verify", "--key-file=" + missing, "receipt");
        assertThat(verify.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(verify.err()).contains(missing + " is not there").doesNotContain("Exception");
    }

    @Test
    void whatACommandCannotDoWithoutIsNamed() {
        Typed enrol = Typed.idlefleet("edge", "enrol", "--data=" + directory);
        assertThat(enrol.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(enrol.err()).contains("a token is missing: give --token or --token-file");
        Typed verify = Typed.idlefleet("receipt", "verify", "receipt");
        assertThat(verify.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(verify.err()).contains("public key is missing: give --key or --key-file");
    }

    @Test
    void aReportThatCannotBeWrittenFailsBeforeTheSimulation() {
        Path csv = directory.resolve("none").resolve("trust.csv");
        Typed typed = Typed.idlefleet("simulate", "trust", "--all", "--csv=" + csv);
        assertThat(typed.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(typed.err()).startsWith("idlefleet: cannot write " + csv);
    }

    @Test
    void noSeedsAreNoProof() {
        for (String count : List.of("0", "-5")) {
            Typed typed = Typed.idlefleet("simulate", "seeds", "--count=" + count);
            assertThat(typed.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(typed.err()).contains("--count takes 1 or more");
        }
    }

    @Test
    void aDemoTooSmallToGoWrongOrLargerThanTheBookIsAUsageError() {
        for (String sentences : List.of("-5", "0", "799", "5898")) {
            Typed typed = Typed.idlefleet("demo", "--sentences=" + sentences);
            assertThat(typed.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(typed.err()).contains("--sentences is 800", "found " + sentences);
        }
    }

    @Test
    void completionIsAScriptThatKnowsTheCommands() {
        Typed answer = Typed.idlefleet("completion");
        assertThat(answer.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(answer.out()).contains("complete -F", "coordinator", "statement");
    }

    /** A table ends without a line feed of the writer's own, which alone would push it out. */
    @Test
    void nothingStaysBehindWhenACommandEnds() {
        for (String[] line : new String[][] {{"completion"}, {"simulate", "trust"}}) {
            var out = new ByteArrayOutputStream();
            assertThat(
                            Idlefleet.run(
                                    Idlefleet.commandLine(),
                                    line,
                                    new PrintStream(out, false, StandardCharsets.UTF_8)))
                    .isEqualTo(ExitCode.OK);
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .isNotEmpty()
                    .isEqualTo(Typed.idlefleet(line).out());
        }
    }

    @Test
    void saysWhatToDoWhenNoCoordinatorRuns() {
        Typed answer = Typed.idlefleet("nodes", "--data", directory.toString());
        assertThat(answer.exitCode()).isEqualTo(ExitCode.NOT_RUNNING);
        assertThat(answer.err()).contains("idlefleet coordinator run", "--data");
    }

    @Test
    void aCoordinatorThatDiedIsNotRunning() throws IOException {
        new Running(1, URI.create("http://127.0.0.1:1"), "port 2").write(directory);
        Files.writeString(directory.resolve("admin.key"), "admin.0123456789");
        Typed answer = Typed.idlefleet("jobs", "--data", directory.toString());
        assertThat(answer.exitCode()).isEqualTo(ExitCode.NOT_RUNNING);
        assertThat(answer.err()).contains("no coordinator answers at http://127.0.0.1:1");
    }

    @Test
    void anUnknownConfigurationKeyIsNamedWithItsNeighbour() {
        Typed coordinator = Typed.idlefleet("coordinator", "run", "--set", "api.prot=1");
        assertThat(coordinator.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(coordinator.err()).contains("prot", "port");
        Typed edge = Typed.idlefleet("edge", "run", "--set", "rules.powre=on");
        assertThat(edge.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(edge.err()).contains("powre", "power");
    }

    @Test
    void wireLimitsAreSetOneByOneByTheirLabels() {
        CoordinatorConfig config =
                CoordinatorConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of(
                                "nodes.limits.address-connections=5",
                                "nodes.limits.address-handshakes=6"));
        assertThat(config.nodes().limits())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("address-connections", 5L, "address-handshakes", 6L));
    }

    @Test
    void aShareOfRingersThatIsNoneIsNamedWithItsRange() {
        Typed coordinator =
                Typed.idlefleet("coordinator", "run", "--set", "checks.ringersPpm=1000001");
        assertThat(coordinator.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(coordinator.err()).contains("checks.ringersPpm of 0 to 1000000", "1000001");
    }

    @Test
    void aCoordinatorKeepsWhatIsDurableWhereDataSays() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Typed answer =
                Typed.idlefleet(
                        "coordinator",
                        "run",
                        "--data",
                        file.toString(),
                        "--set",
                        "api.port=0",
                        "--set",
                        "nodes.port=0");
        assertThat(answer.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(answer.err()).contains(file.toString());
    }

    @Test
    void aTakenPortIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Typed answer =
                    Typed.idlefleet(
                            "coordinator",
                            "run",
                            "--set",
                            "dataDirectory=" + directory,
                            "--set",
                            "nodes.port=0",
                            "--set",
                            "api.port=" + taken.getLocalPort());
            assertThat(answer.exitCode()).isEqualTo(ExitCode.ERROR);
            assertThat(answer.err()).contains(Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void aNodeThatIsNotEnrolledSaysHowToEnrol() {
        Typed answer =
                Typed.idlefleet(
                        "edge",
                        "run",
                        "--data",
                        directory.toString(),
                        "--coordinator",
                        "localhost:1",
                        "--set",
                        "engine.provider=cpu");
        assertThat(answer.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(answer.err()).contains("enrol");
    }

    @Test
    void theLedgerOfNobodyIsAnError() {
        Typed answer = Typed.idlefleet("ledger", "check", "--data", directory.toString());
        assertThat(answer.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(answer.err()).contains("no ledger", "--data");
    }
}
