package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.diary.DiaryFile;
import org.idlefleet.edge.adapter.onnx.MiniLm;
import org.idlefleet.edge.adapter.page.Chromium;
import org.idlefleet.edge.adapter.page.PageAddress;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;
import org.idlefleet.edge.diary.Balance;
import org.idlefleet.edge.diary.Entry;
import org.idlefleet.edge.diary.Usage;
import org.idlefleet.edge.gate.Recording;
import org.idlefleet.edge.gate.RuleKey;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.proof.MerkleTree;
import org.idlefleet.ledger.proof.Receipt;
import org.idlefleet.ledger.proof.Receipts;
import org.idlefleet.ledger.proof.SignedReceipts;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.adapter.NodeSession;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A real daemon's page in a real browser, at the widths of a phone and of a desk. */
class OwnerPageTest {
    private static final Path PICTURES = Path.of("target", "page");

    @TempDir private Path directory = Path.of("");

    private EdgeConfig config(FleetDoor door) {
        return EdgeConfig.load(
                Optional.empty(),
                Map.of(),
                List.of(
                        "node.data=" + directory.resolve("data"),
                        "node.coordinator=" + door.address(),
                        "signals.linux=off",
                        "signals.trace=" + directory.resolve("trace.txt"),
                        "signals.every=50ms",
                        "rules.settle=0s",
                        // A busy machine must not make signals stale here.
                        "rules.stale=1m",
                        "rules.staleSafety=1m",
                        "rules.zone=Europe/Berlin",
                        "models.keepFree=0B",
                        "rules.tariff=00:00-00:00 0.32,22:00-06:00 0.19",
                        "costs.watts=85",
                        "costs.wearPerHour=0.01",
                        "page.port=0"));
    }

    /** Four weeks of nights in a garage. */
    private void remember(Path data) throws IOException {
        Files.createDirectories(data);
        var random = new Random(7);
        String[] reasons = {
            "parked: vehicle.gear_park is no (car, 0.2 s ago), must be yes",
            "power: power.battery is 58 % (car, 0.4 s ago), leaves at 60 %",
            "parked: vehicle.door_open is yes (car, 0.1 s ago), must be no; owner: owner.paused is"
                    + " yes",
            "other_load: load.other is 61.5 % (linux, 0.5 s ago)",
            "hours: outside the hours until Mon 22:00"
        };
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        try (var diary = DiaryFile.open(DataDirectory.diary(data))) {
            long balance = 0;
            for (int session = 1; session <= 27; session++) {
                Instant start = now.minus(Duration.ofDays(28L - session)).minusSeconds(7 * 3600);
                diary.append(List.of(new Entry.Opened(session, start)));
                int quarters = 8 + random.nextInt(20);
                Instant at = start;
                for (int i = 0; i < quarters; i++, at = at.plus(Entry.QUARTER)) {
                    long busy = 300_000L + random.nextInt(600_000);
                    long energy = busy * 85;
                    long earned = busy / 30 + random.nextInt(9_000);
                    balance += earned;
                    diary.append(
                            List.of(
                                    new Entry.Spent(
                                            session,
                                            at,
                                            at.plus(Entry.QUARTER),
                                            new Usage(
                                                    900_000,
                                                    busy,
                                                    0,
                                                    energy,
                                                    energy,
                                                    0,
                                                    energy / 18_900,
                                                    busy / 360,
                                                    90_000 + random.nextInt(1_000_000),
                                                    400_000 + random.nextInt(1_000_000),
                                                    busy / 2_100,
                                                    0)),
                                    new Entry.Told(session, at, earned, new Balance(balance, 0))));
                }
                diary.append(
                        List.of(new Entry.Closed(session, at, reasons[session % reasons.length])));
            }
        }
    }

    /** Ten hours of the day before yesterday; it was plugged in for six of them. */
    private static void record(Path data) throws IOException {
        Path signals = Files.createDirectories(DataDirectory.signals(data));
        Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(2));
        Files.writeString(
                signals.resolve(began.toString().replace(':', '-') + ".trace"),
                Recording.heading(began)
                        + """

                        0s owner.paused no owner
                        0s vehicle.gear_park yes trace
                        0s power.mains yes trace
                        21600s power.mains no trace
                        36000s vehicle.gear_park yes trace
                        """);
    }

    /** Two payments that are overdue, and one that came late. */
    private static void promise(Path data) throws IOException {
        Path receipts = Files.createDirectories(DataDirectory.ledger(data).resolve("receipts"));
        Path broken = Files.createDirectories(DataDirectory.ledger(data).resolve("broken"));
        Instant due = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofMinutes(3));
        List<Receipt> all =
                List.of(
                        new Receipt(
                                TransactionId.settle("job-9", "0"),
                                Money.parse("0.5"),
                                MerkleTree.EMPTY_ROOT),
                        new Receipt(
                                TransactionId.settle("job-9", "1"),
                                Money.parse("0.25"),
                                MerkleTree.EMPTY_ROOT));
        Files.writeString(
                receipts.resolve("0"),
                SignedReceipts.sign(
                                List.of(new Receipts("ann", due, all)),
                                Ed25519.signer("fleet", new byte[32]))
                        .getFirst()
                        .text());
        Files.writeString(
                broken.resolve("0"),
                "the receipt for settle/job-7/0 promised ann 0.500000 by 2026-11-28T12:00:00Z, but"
                        + " it brought 0.400000\n\nand the proof");
    }

    @Test
    void anOwnerSeesSteersAndSetsHisNode() throws Exception {
        Optional<Path> program = Chromium.installed();
        Assumptions.assumeTrue(
                program.isPresent(),
                "no Chromium on the PATH: the owner's page was not looked at in a browser");
        Files.createDirectories(PICTURES);
        Files.writeString(
                directory.resolve("trace.txt"), "0s vehicle.gear_park yes\n0s power.mains yes\n");
        Path files = Files.createDirectories(directory.resolve("model"));
        ModelManifest model = MiniLm.withProbe(MiniLm.unpack(files), files);
        Path profile = Files.createDirectories(directory.resolve("profile"));
        try (var door = new FleetDoor(directory.resolve("ca"), model, files)) {
            EdgeConfig config = config(door);
            remember(config.data());
            record(config.data());
            promise(config.data());
            Enrolment.enrol(config, door.token());
            try (EdgeDaemon daemon =
                            EdgeDaemon.start(
                                    config,
                                    WorkerLaunch.likeThis(),
                                    () -> List.of("2026-11-28T12:00:00Z INFO EdgeLoop gate open"));
                    var browser = new Chromium(program.get(), profile)) {
                NodeSession session = door.session();
                door.hear(NodeMessage.Offer.class, offer -> offer.slots() == 2);
                door.assign(session, List.of("The car is parked."));
                PageAddress address =
                        PageAddress.read(DataDirectory.page(config.data())).orElseThrow();
                browser.open(address.text(), 1280, false);
                browser.await("document.body && document.body.dataset.ready === 'yes'");
                assertThat(browser.evaluate("location.href").asString())
                        .isEqualTo("http://127.0.0.1:" + address.port() + "/");
                assertThat(browser.evaluate("document.cookie").asString()).isEmpty();
                looksRight(browser, address);
                steers(browser, daemon);
                sets(browser, daemon, config);
                assertThat(browser.complaints()).isEmpty();
                aPolicyThatIsBrokenIsHeardOf(browser);
            }
        }
    }

    private static void looksRight(Chromium browser, PageAddress address) throws Exception {
        for (int width : new int[] {390, 1280}) {
            for (boolean dark : new boolean[] {false, true}) {
                browser.open("about:blank", width, dark);
                browser.open(address.text(), width, dark);
                browser.await("document.body && document.body.dataset.ready === 'yes'");
                browser.await("document.querySelectorAll('#sessions li').length === 8");
                assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                        .as("width %d", width)
                        .isLessThanOrEqualTo(width);
                browser.picture(PICTURES.resolve(width + (dark ? "-dark" : "-light") + ".png"));
            }
        }
        assertThat(browser.evaluate("document.getElementById('sums').innerText").asString())
                .contains("Computing", "Net", "Electricity", "Wear");
        assertThat(browser.evaluate("document.getElementById('sessions').innerText").asString())
                .contains("The battery is at 58 %", "It is outside of your hours until Mon 22:00");
        assertThat(browser.evaluate("document.getElementById('promises').innerText").asString())
                .containsPattern("Bookings with a receipt\\s+3\\s")
                .containsPattern("Not proven yet\\s+2, 2 overdue")
                .containsPattern(
                        "Oldest open promise\\s+0.50 credits, due .*, [3-9] min ago"
                                + " \\(settle/job-9/0\\)")
                .containsPattern("Promises broken\\s+1");
        assertThat(browser.evaluate("document.getElementById('broken').innerText").asString())
                .contains(
                        "The coordinator broke a promise to you. The receipt for settle/job-7/0"
                                + " promised ann 0.500000 by",
                        "it brought 0.400000.");
        assertThat(browser.evaluate("document.getElementById('log').innerText").asString())
                .contains("gate open");
        assertThat(
                        browser.evaluate(
                                        "[...document.querySelectorAll('input,select,textarea')]"
                                                + ".filter(i => !i.labels.length).length")
                                .asInt())
                .as("fields without a label")
                .isZero();
    }

    private static void steers(Chromium browser, EdgeDaemon daemon) throws Exception {
        browser.evaluate("document.querySelector('[data-minutes]').click()");
        awaitStatus(daemon, "\"gate\" : \"closed\"");
        browser.await("document.getElementById('state').textContent === 'Paused'");
        assertThat(browser.evaluate("document.getElementById('reason').textContent").asString())
                .startsWith("You paused it until ");
        browser.evaluate("document.getElementById('resume').click()");
        awaitStatus(daemon, "\"gate\" : \"open\"");
        browser.evaluate("document.getElementById('finish').click()");
        awaitStatus(daemon, "\"mode\" : \"finishing\"");
        browser.await("document.getElementById('state').textContent === 'Finishing'");
        browser.evaluate("document.getElementById('resume').click()");
        awaitStatus(daemon, "\"mode\" : \"running\"");
    }

    private static void sets(Chromium browser, EdgeDaemon daemon, EdgeConfig config)
            throws Exception {
        type(browser, "rule-batteryFloor", "95");
        browser.await(
                "document.getElementById('rule-batteryResume-problem').textContent.includes('at"
                        + " least')");
        assertThat(browser.evaluate("document.getElementById('save').disabled").asBoolean())
                .isTrue();
        type(browser, "rule-batteryFloor", "65");
        asksForLastWeek(browser);
        type(browser, "rule-hours", "tomorrow");
        browser.await(
                "document.getElementById('rule-hours-problem').textContent.includes('22:00')");
        String never =
                Instant.now().atZone(config.rules().zone()).plusDays(3).getDayOfWeek().name();
        String day = never.charAt(0) + never.substring(1, 3).toLowerCase(java.util.Locale.ROOT);
        type(browser, "rule-hours", day + " 08:00-09:00\\n" + day + " 10:00-11:00");
        browser.await("!document.getElementById('save').disabled");
        browser.evaluate("document.getElementById('save').click()");
        browser.await("document.getElementById('saved').textContent !== ''");
        awaitStatus(daemon, "outside the hours until " + day + " 08:00");
        browser.await("document.getElementById('state').textContent === 'Not computing'");
        EdgeConfig next =
                EdgeConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of("node.data=" + config.data(), "node.coordinator=x"));
        assertThat(next.rules().texts().get(RuleKey.HOURS)).hasSize(2);
        assertThat(next.rules().number(RuleKey.BATTERY_FLOOR)).isEqualTo(65);
        assertThat(Files.readAllLines(config.data().resolve("owner-rules")))
                .containsExactly(
                        "rules.batteryFloor=65",
                        "rules.hours=" + day + " 08:00-09:00," + day + " 10:00-11:00");
        type(browser, "rule-hours", "");
        browser.await("!document.getElementById('save').disabled");
        browser.evaluate("document.getElementById('save').click()");
        awaitStatus(daemon, "\"gate\" : \"open\"");
    }

    private static void asksForLastWeek(Chromium browser) throws Exception {
        browser.evaluate("document.getElementById('week').click()");
        browser.await(
                "/run 6\\.0\\d h of the 10\\.\\d h that were recorded last.*Power for 4\\.0/s"
                        + ".test(document.getElementById('preview').textContent)");
        type(browser, "rule-loadPerDay", "1");
        browser.await("!document.getElementById('preview').textContent.includes('recorded')");
        browser.evaluate("document.getElementById('week').click()");
        browser.await(
                "/run [12]\\.\\d+ h.*Hours today/s.test("
                        + "document.getElementById('preview').textContent)");
        browser.picture(PICTURES.resolve("last-week.png"));
        type(browser, "rule-loadPerDay", "0");
    }

    private static void type(Chromium browser, String field, String text) throws Exception {
        browser.evaluate(
                "(() => { const i = document.getElementById('"
                        + field
                        + "'); i.value = '"
                        + text
                        + "'; i.dispatchEvent(new Event('input', {bubbles: true})); })()");
    }

    /**
     * Were the policy missing, or its breach not heard of, the rest of this test would prove
     * little.
     */
    private static void aPolicyThatIsBrokenIsHeardOf(Chromium browser) throws Exception {
        browser.evaluate(
                "(() => { const s = document.createElement('style'); s.textContent ="
                        + " 'body{display:none}'; document.head.append(s); })()");
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() ->
                        assertThat(browser.complaints())
                                .anyMatch(complaint ->
                                        complaint.contains("Content Security Policy")));
    }

    private static void awaitStatus(EdgeDaemon daemon, String part) {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(daemon.status()).contains(part));
    }
}
