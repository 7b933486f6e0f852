package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.adapter.diary.DiaryFile;
import org.idlefleet.edge.adapter.owner.OwnerMode;
import org.idlefleet.edge.diary.Balance;
import org.idlefleet.edge.diary.Entry;
import org.idlefleet.edge.diary.Usage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

class OwnerCommandsTest {
    @TempDir private Path directory = Path.of("");

    private Typed edge(String... words) {
        var typed = new String[words.length + 3];
        typed[0] = "edge";
        System.arraycopy(words, 0, typed, 1, words.length);
        typed[words.length + 1] = "--data";
        typed[words.length + 2] = directory.toString();
        return Typed.idlefleet(typed);
    }

    private void status(long pid) throws IOException {
        Files.writeString(
                directory.resolve("status.json"),
                """
                {"pid": %d, "written": "2026-01-02T03:04:05Z", "gate": "closed",
                 "rules": [
                   {"rule": "parked", "holds": false, "text": "vehicle.gear_park is no (car, 0.4 s ago)"},
                   {"rule": "power", "holds": true, "text": "power.mains is yes (linux, 0.1 s ago)"}],
                 "earnings": {"escrowMicros": 1500000, "payableMicros": 20000001}}
                """
                        .formatted(pid));
    }

    @Test
    void pausesResumesAndFinishesTheNodeOnThisDirectory() {
        assertThat(edge("pause").out()).isEqualTo("paused until 'idlefleet edge resume'\n");
        assertThat(OwnerMode.read(directory)).isEqualTo(new OwnerMode.Pause(Optional.empty()));
        assertThat(edge("finish").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(OwnerMode.read(directory)).isEqualTo(new OwnerMode.Finish());
        assertThat(edge("resume").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(OwnerMode.read(directory)).isEqualTo(new OwnerMode.Run());
    }

    @Test
    void pausesForAWhile() {
        assertThat(edge("pause", "--for", "2h").out()).startsWith("paused until 2");
        assertThat(OwnerMode.read(directory))
                .isInstanceOfSatisfying(
                        OwnerMode.Pause.class, pause -> assertThat(pause.until()).isPresent());
        for (String wrong : new String[] {"2", "0h", "-1h", "2 hours", "9999999h"}) {
            Typed answer = edge("pause", "--for=" + wrong);
            assertThat(answer.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(answer.err()).contains("such as 30m or 2h, found '" + wrong + "'");
        }
    }

    @Test
    void saysHowLinkAndGateStandAndWhyIfThereIsAReason() throws Exception {
        Files.writeString(
                directory.resolve("status.json"),
                """
                {"pid": 1, "written": "2026-01-02T03:04:05Z", "node": "n", "owner": "ann",
                 "mode": "running", "link": "connected", "linkReason": "", "gate": "closed", "gateReason": "a: b"}
                """);
        assertThat(edge("status").out())
                .isEqualTo(
                        """
                        node n of ann: running
                        link connected
                        gate closed: a: b
                        """);
    }

    @Test
    void showsEveryRuleWithItsReasonAndWhetherTheNodeRuns() throws Exception {
        status(ProcessHandle.current().pid());
        Typed live = edge("why");
        assertThat(live.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(live.out())
                .contains("gate closed, as of 2026-01-02T03:04:05Z")
                .containsPattern("parked +no +vehicle.gear_park is no \\(car, 0.4 s ago\\)")
                .containsPattern("power +yes +power.mains is yes");
        assertThat(edge("why", "--json").out()).contains("\"gate\" : \"closed\"");
        status(Long.MAX_VALUE);
        Typed gone = edge("why");
        assertThat(gone.exitCode()).isEqualTo(ExitCode.NOT_RUNNING);
        assertThat(gone.out()).startsWith("not running; the gate was closed at ");
    }

    @Test
    void showsEarningsToTheLastMillionth() throws Exception {
        status(1);
        assertThat(edge("earnings").out())
                .startsWith("payable 20.000001, in escrow until it is final 1.500000");
    }

    @Test
    void showsWhatIsLeftOfTheEarnings() throws Exception {
        status(1);
        try (var diary = DiaryFile.open(directory.resolve("diary.txt"))) {
            Instant now = Instant.now();
            long kwh = 3_600_000_000L;
            diary.append(
                    List.of(
                            new Entry.Opened(1, now),
                            new Entry.Spent(
                                    1,
                                    now,
                                    now,
                                    new Usage(
                                            7_200_000, 5_400_000, 0, kwh, kwh, 0, 300_000, 112_500,
                                            0, 0, 9, 0)),
                            new Entry.Told(1, now, 2_000_000, new Balance(2_000_000, 0))));
        }
        Typed answer = edge("earnings", "--set", "costs.perCredit=0.5");
        assertThat(answer.out())
                .containsPattern(
                        "today +1.50 +1.000 ~ +2.000000 +1.000000 +0.300000 +0.112500 +0.587500")
                .contains("~ estimated");
        assertThat(edge("earnings", "--json").out()).contains("\"netMicros\" : 1587500");
    }

    @Test
    void showsTheStandingThatTheCoordinatorTold() throws Exception {
        status(1);
        assertThat(edge("standing").exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(edge("standing").err()).contains("has not told this node");
        Files.writeString(
                directory.resolve("status.json"),
                """
                {"pid": 1, "written": "2026-01-02T03:04:05Z", "owner": "ann", "link": "connected",
                 "standing": {
                   "state": "warm_up", "trusted": false, "since": "2026-01-01T00:00:00Z",
                   "honesty": {"recentShare": 0.75, "results": 9, "checked": 4, "agreed": 3,
                     "inconclusive": 0, "outvoted": 1, "warmUpChecks": 200, "ringersPassed": 2,
                     "ringersFailed": 1, "drawn": 7, "drawnAudited": 4, "drawnOpen": 2,
                     "drawnUnaudited": 1, "outvotes": [{"node": "ann-car", "job": "job-17",
                       "shard": 3, "at": "2026-01-01T12:00:00Z"}]},
                   "availability": {"share": 0.5, "answered": 5, "released": 2, "lost": 4,
                     "refused": 1},
                   "speed": {"againstExpectation": 1.25, "expectedSeconds": 10, "takenSeconds": 8}}}
                """);
        assertThat(edge("standing").out())
                .isEqualTo(
                        """
                        owner ann: new; every result is audited until 200 checks were passed, 3 so far
                          first result settled 2026-01-01T00:00:00Z; as the coordinator said before 2026-01-02T03:04:05Z
                          honesty       75.00 % of late: 9 results, 4 checked, 3 right, 0 inconclusive, 1 voted down
                                        known answers: 2 passed, 1 failed
                                        drawn for an audit: 7, audited 4, open 2, done by nobody 1
                                        voted down: job-17 shard 3 at 2026-01-01T12:00:00Z, computed on ann-car
                          availability  50.00 %: 5 leases answered, 2 handed back in time, 4 lost, 1 refused or malformed
                          speed         1.25 of what was expected: 8.0 s computed, 10.0 s expected
                        """);
        assertThat(edge("standing", "--json").out()).contains("\"warmUpChecks\" : 200");
    }

    @Test
    void tellsAnOwnerWhoWasTurnedAwayWhy() throws Exception {
        Files.writeString(
                directory.resolve("status.json"),
                """
                {"pid": 1, "written": "2026-01-02T03:04:05Z", "owner": "eve",
                 "link": "waiting to connect",
                 "linkReason": "the coordinator sends this node away: owner eve is convicted of a wrong result",
                 "standing": {"state": "probation", "probationUntil": "2026-01-03T00:00:00Z"}}
                """);
        assertThat(edge("standing").out())
                .contains("on probation; every result is audited until 2026-01-03T00:00:00Z")
                .contains("waiting to connect: the coordinator sends this node away: owner eve");
    }

    @Test
    void tellsAboutALedgerThatWasRewrittenAndForgetsItOnlyWhenAsked() throws Exception {
        assertThat(edge("ledger").err()).contains("no checkpoint is pinned yet");
        Path ledger = Files.createDirectories(directory.resolve("ledger"));
        Files.writeString(ledger.resolve("key"), "log+0+x");
        Files.writeString(ledger.resolve("checkpoint"), "log\n5\n");
        assertThat(edge("ledger").out()).startsWith("log\n5\nkey log+0+x\nfile ");
        Files.writeString(ledger.resolve("fault"), "it had 5 entries, now it has 3");
        Typed broken = edge("ledger");
        assertThat(broken.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(broken.out()).contains("CONTRADICTED: it had 5 entries, now it has 3");
        Files.writeString(
                directory.resolve("status.json"),
                "{\"pid\": 1, \"ledger\": {\"pinnedSize\": 5, \"fault\": \"it had 5 entries\"}}");
        for (String word : new String[] {"status", "why"}) {
            assertThat(edge(word).out())
                    .contains("THE LEDGER CONTRADICTS WHAT THIS NODE SAW: it had 5 entries");
        }
        assertThat(edge("ledger").out()).contains("receipts not proven yet: 0, 0 of them past");
        assertThat(edge("ledger", "--receipts", directory.resolve("x").toString()).err())
                .contains("every payment that this node was promised is proven");
        Path promises = Files.createDirectories(ledger.resolve("broken"));
        Files.writeString(promises.resolve("0"), "the receipt for settle/1/0\n\nthe rest");
        assertThat(edge("ledger").out()).contains("BROKEN PROMISE: the receipt for settle/1/0\n");
        assertThat(edge("ledger", "--forget").out()).startsWith("forgotten; what was seen is in");
        assertThat(ledger.resolve("fault")).doesNotExist();
        assertThat(ledger.resolve("forgotten-checkpoint")).hasContent("log\n5\n");
        assertThat(edge("ledger", "--forget").out()).isEqualTo("nothing was pinned\n");
    }

    @Test
    void printsThePagesAddressWhileTheNodeRuns() throws Exception {
        String address = "http://127.0.0.1:7480/?token=" + "a".repeat(43);
        status(ProcessHandle.current().pid());
        Typed none = edge("page");
        assertThat(none.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(none.err()).contains("this node has no page");
        Files.writeString(directory.resolve("page-address"), address + "\n");
        assertThat(edge("page").out()).isEqualTo(address + "\n");
        status(Long.MAX_VALUE);
        assertThat(edge("page").exitCode()).isEqualTo(ExitCode.NOT_RUNNING);
    }

    @Test
    void saysWhatToDoWhereNoNodeEverRan() {
        assertThat(edge("why").exitCode()).isEqualTo(ExitCode.NOT_RUNNING);
        directory = directory.resolve("nowhere");
        for (String word : new String[] {"pause", "resume", "finish", "why", "earnings"}) {
            Typed answer = edge(word);
            assertThat(answer.exitCode()).isEqualTo(ExitCode.NOT_RUNNING);
            assertThat(answer.err()).contains("no node ever ran on " + directory);
        }
    }
}
