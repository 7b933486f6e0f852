package org.idlefleet.cli.demo;

import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.fleet.EmbeddingClient;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.LocalEmbedder;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.adapter.LedgerCheck;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ModelManifest;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The whole job on real input: a coordinator and five nodes as processes of their own, a book
 * through the public API, three misfortunes, and the claims that must hold afterwards.
 */
final class Demo {
    private static final int LEDGER_TRIES = 100;
    private static final int LEDGER_PAUSE_MS = 50;
    private static final BuiltIn MODEL = BuiltIn.ALL_MINILM;
    private static final int QUORUM = 2;
    private static final String CLIENT = "melville";
    private static final String PREPAID = "100";
    private static final List<String> OWNERS = List.of("ann", "ben", "cleo", "dora", "emil");
    private static final String VICTIM = "cleo";
    private static final String LEAVER = "dora";
    private static final String LIAR = "emil";

    /** What is looked up in the book; the words do not stand in it like this. */
    private static final List<String> QUESTIONS =
            List.of(
                    "How did the captain lose his leg?",
                    "The colour of the whale is terrifying.",
                    "A cheap hotel room shared with a stranger");

    /** Vectors of one numeric class and the same shards are equal to the bit; this is far below. */
    private static final double DIFFERENCE_MAX = 1e-5;

    private final Screen screen;
    private final LocalFleet fleet;
    private final List<String> sentences;
    private final Path files;
    private final ModelManifest manifest;

    Demo(Screen screen, LocalFleet fleet, int sentences) throws IOException, EngineException {
        this.screen = screen;
        this.fleet = fleet;
        this.sentences = Corpus.sentences(sentences);
        this.files = Files.createDirectories(fleet.directory().resolve("plain"));
        MODEL.unpack(files);
        this.manifest = MODEL.recipe().manifest(files);
    }

    /**
     * @return whether every claim held
     */
    boolean run() throws IOException, InterruptedException, EngineException {
        String key = prepare();
        screen.title(
                String.format(
                        Locale.ROOT,
                        "Embedding %,d sentences of Moby-Dick; every shard by %d owners who must"
                                + " agree",
                        sentences.size(),
                        QUORUM));
        List<Book.Chapter> chapters;
        Incidents incidents;
        float[][] questions = new float[QUESTIONS.size()][];
        try (var client =
                        new EmbeddingClient(
                                fleet.api().base(), key, MODEL.recipe().model().value(), QUORUM);
                var book = new Book(client, sentences)) {
            incidents = new Incidents(screen, fleet, trace(LEAVER), LEAVER, VICTIM);
            chapters = embed(book, incidents);
            List<float[]> asked = client.embed(QUESTIONS).vectors();
            asked.toArray(questions);
        }
        var vectors = new ArrayList<float[]>();
        chapters.forEach(chapter -> vectors.addAll(chapter.answer().vectors()));
        showNeighbours(new Neighbours(sentences, vectors), questions);
        var record = new JobRecord(jobs(chapters));
        showWhatHappened(record);
        showStatements(record);
        return judge(chapters, vectors, questions, record, incidents);
    }

    private String prepare() throws IOException {
        screen.title("One coordinator, five idle devices, six processes");
        screen.event(
                "coordinator: process "
                        + fleet.coordinator().pid()
                        + ", API "
                        + fleet.api().base()
                        + ", node door 127.0.0.1:"
                        + fleet.nodePort()
                        + " (TLS 1.3, certificates on both sides)");
        for (String owner : OWNERS) {
            Path trace = trace(owner);
            Files.writeString(trace, "0s vehicle.gear_park yes\n0s vehicle.speed 0\n");
            fleet.add(new LocalFleet.Plan(owner, owner, sets(owner, trace)));
        }
        screen.event("nodes of " + String.join(", ", OWNERS) + " enrol with one-time tokens");
        fleet.serve(manifest, files);
        screen.event(
                String.format(
                        Locale.ROOT,
                        "model %s: %.1f MB, every file named by its SHA-256",
                        manifest.model(),
                        manifest.bytes() / 1e6));
        String key = fleet.client(CLIENT, PREPAID);
        screen.event("client " + CLIENT + " paid " + PREPAID + " credits in advance");
        fleet.awaitNodes(OWNERS.size());
        screen.event("five nodes fetched the model, passed their self-test and are parked");
        return key;
    }

    private static List<String> sets(String owner, Path trace) {
        var sets =
                new ArrayList<>(
                        List.of(
                                "signals.linux=off",
                                "signals.trace=" + trace,
                                "signals.every=20ms",
                                "rules.settle=0s",
                                "engine.provider=cpu"));
        if (owner.equals(LIAR)) {
            sets.add("faults.lie=1");
        }
        return sets;
    }

    private Path trace(String owner) {
        return fleet.directory().resolve(owner + ".trace");
    }

    private List<Book.Chapter> embed(Book book, Incidents incidents)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        book.begin();
        while (!book.finished()) {
            incidents.look((double) book.done() / sentences.size());
            double seconds = (System.nanoTime() - began) / 1e9;
            screen.progress(book.done(), sentences.size(), book.done() / seconds);
            Thread.sleep(25);
        }
        screen.progressEnds();
        List<Book.Chapter> chapters = book.chapters();
        double seconds = (System.nanoTime() - began) / 1e9;
        screen.event(
                String.format(
                        Locale.ROOT,
                        "all %,d sentences have their vectors: %.1f s, %.0f sentences/s, each"
                                + " computed at least twice",
                        sentences.size(),
                        seconds,
                        sentences.size() / seconds));
        return chapters;
    }

    private List<JsonNode> jobs(List<Book.Chapter> chapters) {
        return chapters.stream()
                .map(chapter -> fleet.api().get("/api/v1/jobs/" + chapter.answer().job()))
                .toList();
    }

    private void showNeighbours(Neighbours neighbours, float[][] questions) {
        screen.title("The nearest sentences in the book");
        for (int i = 0; i < questions.length; i++) {
            screen.say("  " + QUESTIONS.get(i));
            for (Neighbours.Near near : neighbours.of(questions[i], 2)) {
                screen.say(
                        String.format(
                                Locale.ROOT, "    %.2f  %s", near.cosine(), cut(near.sentence())));
            }
        }
    }

    private void showWhatHappened(JobRecord record) {
        screen.title("What happened to " + record.shards() + " shards");
        screen.say(
                "  outvoted   "
                        + LIAR
                        + ": "
                        + record.votes(LIAR, "dissenting")
                        + " false results, none accepted");
        for (String owner : List.of(LEAVER, VICTIM)) {
            for (JobRecord.Lost lost : record.lost(owner)) {
                screen.say(
                        "  re-placed  "
                                + lost.lease()
                                + " of "
                                + owner
                                + " ("
                                + lost.why()
                                + "), answered by "
                                + String.join(" and ", lost.answeredBy()));
            }
        }
    }

    private void showStatements(JobRecord record) throws InterruptedException {
        screen.title("Statements, in compute credits");
        screen.say(
                String.format(
                        Locale.ROOT, "  %-10s %14s %14s", "OWNER", "SHARDS AGREED", "EARNED"));
        try (LedgerReader ledger = ledger()) {
            Map<AccountId, Money> balances = ledger.balances();
            for (String owner : OWNERS) {
                screen.say(
                        String.format(
                                Locale.ROOT,
                                "  %-10s %14d %14s",
                                owner,
                                record.votes(owner, "agreeing"),
                                balances.getOrDefault(AccountId.escrow(owner), Money.ZERO)));
            }
            screen.say(
                    String.format(
                            Locale.ROOT,
                            "  %-10s %14s %14s",
                            "platform",
                            "",
                            balances.getOrDefault(AccountId.REVENUE, Money.ZERO)));
            screen.say(
                    String.format(
                            Locale.ROOT,
                            "  %-10s %14s %14s",
                            "checks",
                            "",
                            balances.getOrDefault(AccountId.VERIFICATION, Money.ZERO)));
        }
    }

    private boolean judge(
            List<Book.Chapter> chapters,
            List<float[]> vectors,
            float[][] questions,
            JobRecord record,
            Incidents incidents)
            throws IOException, InterruptedException, EngineException {
        screen.title("What must hold");
        var claims = new Claims(screen);
        claims.claim(
                vectors.size() == sentences.size(),
                String.format(
                        Locale.ROOT,
                        "each of %,d sentences has a vector, in the right place",
                        sentences.size()));
        double difference = difference(chapters, record);
        claims.claim(
                difference <= DIFFERENCE_MAX,
                "they equal plain local ONNX Runtime: largest difference " + difference);
        var neighbours = new Neighbours(sentences, vectors);
        boolean meaning = true;
        for (float[] question : questions) {
            double nearest = neighbours.of(question, 1).getFirst().cosine();
            meaning &= nearest > 0.3 && nearest > neighbours.usual(question) + 0.25;
        }
        claims.claim(meaning, "nearest neighbours are much nearer than any sentence is");
        claims.claim(
                record.everyShardHasItsQuorum(),
                "every shard was settled by " + QUORUM + " distinct owners who agreed");
        claims.claim(
                record.votes(LIAR, "dissenting") > 0 && record.votes(LIAR, "agreeing") == 0,
                LIAR + " lied, was outvoted every time");
        claims.claim(
                incidents.happened()
                        && record.lost(LEAVER).stream()
                                .anyMatch(lost -> lost.fate().startsWith("released")),
                LEAVER + " drove off in the middle of a shard; others finished it");
        claims.claim(
                incidents.happened() && !record.lost(VICTIM).isEmpty(),
                VICTIM + " was killed in the middle of a shard; others finished it");
        claimMoney(claims, record);
        return claims.hold();
    }

    private void claimMoney(Claims claims, JobRecord record) throws InterruptedException {
        try (LedgerReader ledger = ledger()) {
            Map<AccountId, Money> balances = ledger.balances();
            claims.claim(
                    record.payments() == record.shards(),
                    "every shard was paid once: " + record.payments() + " payments");
            claims.claim(
                    balances.getOrDefault(AccountId.escrow(LIAR), Money.ZERO).isZero(),
                    LIAR + " earned nothing");
            claims.claim(
                    balances.getOrDefault(AccountId.hold(CLIENT), Money.ZERO).isZero(),
                    "nothing of the client's money is held any more");
            LedgerCheck check = ledger.check();
            claims.claim(
                    check.isClean() && ledger.trialBalance().isBalanced(),
                    "books balance: "
                            + check.transactions()
                            + " transactions booked again from the beginning, sum zero");
        }
    }

    /** The largest difference to the same shards computed here, by ONNX Runtime without a fleet. */
    private double difference(List<Book.Chapter> chapters, JobRecord record)
            throws EngineException {
        double largest = 0;
        int compared = 0;
        try (var plain = LocalEmbedder.open(manifest, files, EngineOptions.CPU.withThreads(2))) {
            for (Book.Chapter chapter : chapters) {
                for (JobRecord.Range range : JobRecord.ranges(record.job(chapter.answer().job()))) {
                    EmbeddingOutput output =
                            plain.embed(chapter.sentences().subList(range.from(), range.to()));
                    for (int i = 0; i < output.items(); i++) {
                        float[] expected = output.vector(i);
                        float[] found = chapter.answer().vectors().get(range.from() + i);
                        for (int k = 0; k < expected.length; k++) {
                            largest = Math.max(largest, Math.abs(expected[k] - found[k]));
                        }
                        compared++;
                    }
                }
            }
        }
        return compared == sentences.size() ? largest : Double.POSITIVE_INFINITY;
    }

    /** The ledger once it has caught up with the log: it is written a moment behind. */
    private LedgerReader ledger() throws InterruptedException {
        LedgerReader ledger = LedgerReader.open(fleet.data().resolve("ledger.db"));
        for (int i = 0; i < LEDGER_TRIES && !isLevel(ledger); i++) {
            Thread.sleep(LEDGER_PAUSE_MS);
        }
        return ledger;
    }

    private static boolean isLevel(LedgerReader ledger) {
        return ledger.balances().getOrDefault(AccountId.hold(CLIENT), Money.ZERO).isZero();
    }

    private static String cut(String sentence) {
        return sentence.length() <= 92 ? sentence : sentence.substring(0, 90) + " …";
    }
}
