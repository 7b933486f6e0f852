package org.idlefleet.edge.adapter;

import org.idlefleet.edge.Activity;
import org.idlefleet.edge.EdgeView;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.adapter.update.UpdateNotice;
import org.idlefleet.edge.adapter.worker.WorkerEngine;
import org.idlefleet.edge.gate.Finding;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.adapter.Json;
import org.idlefleet.protocol.adapter.NodeIdentity;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What a daemon does right now, as JSON for commands and people. */
final class StatusFile {
    private StatusFile() {}

    /**
     * Everything that the status tells.
     *
     * @param fallbacks providers that can't be had here, and why
     */
    record Content(
            Instant written,
            NodeIdentity identity,
            String coordinator,
            NumericClass numericClass,
            List<String> fallbacks,
            EdgeView view,
            List<Finding> findings,
            UpdateNotice update) {}

    /**
     * Replaces the file in one step. Not for a loss of power, which ends what it tells of: a disk
     * that syncs every second wears out, and keeps others waiting.
     */
    static void write(Path file, Content content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.write(next, json(content).getBytes(StandardCharsets.UTF_8));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static String json(Content content) {
        return Json.pretty(tree(content)) + "\n";
    }

    static ObjectNode tree(Content content) {
        EdgeView view = content.view();
        ObjectNode root = Json.object();
        root.put("written", content.written().toString());
        root.put("pid", ProcessHandle.current().pid());
        root.put("node", content.identity().node().value());
        root.put("owner", content.identity().owner().value());
        root.put("certificateEnds", content.identity().expires().toString());
        root.put("coordinator", content.coordinator());
        Activity activity = Activity.of(view);
        root.put("activity", word(activity));
        root.put("sentence", activity.sentence());
        root.put("link", view.link());
        root.put("linkReason", view.linkReason());
        root.put("mode", view.mode());
        root.put("gate", view.gate());
        root.put("gateReason", view.gateReason());
        ArrayNode rules = root.putArray("rules");
        for (Finding finding : content.findings()) {
            rules.addObject()
                    .put("rule", finding.rule())
                    .put("holds", finding.holds())
                    .put("text", finding.text());
        }
        root.put("numericClass", content.numericClass().toString());
        ArrayNode fallbacks = root.putArray("providersNotUsed");
        content.fallbacks().forEach(fallbacks::add);
        root.put("computing", view.computing());
        ArrayNode held = root.putArray("held");
        view.held().forEach(lease -> held.add(lease.toString()));
        ArrayNode models = root.putArray("models");
        for (EdgeView.ModelView model : view.models()) {
            models.addObject()
                    .put("model", model.model().value())
                    .put("manifest", model.manifest().hex())
                    .put("stage", model.stage())
                    .put("reason", model.reason())
                    .put("workUnitsPerSecond", model.workUnitsPerSecond());
        }
        root.put("fetchHeld", view.fetchHeld());
        root.set("software", content.update().json(EdgeDaemon.VERSION));
        root.putObject("shards")
                .put("finished", view.counts().finished())
                .put("released", view.counts().released())
                .put("refused", view.counts().refused())
                .put("lost", view.counts().lost())
                .put("workUnits", view.counts().workUnits());
        root.putObject("earnings")
                .put("escrowMicros", view.earnings().escrowMicros())
                .put("payableMicros", view.earnings().payableMicros());
        EdgeView.Receipts receipts = view.ledger().receipts();
        ObjectNode promised =
                root.putObject("ledger")
                        .put("pinnedSize", view.ledger().size())
                        .put("fault", view.ledger().fault())
                        .putObject("receipts")
                        .put("kept", receipts.kept())
                        .put("open", receipts.open())
                        .put("dropped", receipts.dropped())
                        .put("overdue", receipts.overdue())
                        .put("broken", receipts.broken())
                        .put("lastBroken", receipts.lastBroken());
        receipts.oldest()
                .ifPresent(oldest ->
                        promised.putObject("oldest")
                                .put("payment", oldest.payment())
                                .put("micros", oldest.micros())
                                .put("deadline", oldest.deadline().toString()));
        view.earnings().standing().ifPresent(known -> standing(root.putObject("standing"), known));
        return root;
    }

    /** What the owner's webhook is told of a change. */
    static String announcement(NodeIdentity node, Instant at, Activity now, Activity before) {
        return Json.text(
                Json.object()
                        .put("node", node.node().value())
                        .put("owner", node.owner().value())
                        .put("at", at.toString())
                        .put("state", word(now))
                        .put("before", word(before))
                        .put("reason", now.sentence()));
    }

    private static String word(Activity activity) {
        return activity.state().name().toLowerCase(Locale.ROOT);
    }

    private static void standing(ObjectNode node, CoordinatorMessage.Standing standing) {
        CoordinatorMessage.Honesty honesty = standing.honesty();
        CoordinatorMessage.Availability availability = standing.availability();
        CoordinatorMessage.Speed speed = standing.speed();
        node.put("state", standing.state().name().toLowerCase(Locale.ROOT));
        node.put("trusted", standing.trusted());
        standing.since().ifPresent(since -> node.put("since", since.toString()));
        standing.probationUntil().ifPresent(end -> node.put("probationUntil", end.toString()));
        ObjectNode figures = node.putObject("honesty");
        figures.put("recentShare", honesty.recentShare())
                .put("results", honesty.results())
                .put("checked", honesty.checked())
                .put("agreed", honesty.agreed())
                .put("inconclusive", honesty.inconclusive())
                .put("outvoted", honesty.outvoted())
                .put("warmUpChecks", honesty.warmUpChecks())
                .put("ringersPassed", honesty.ringersPassed())
                .put("ringersFailed", honesty.ringersFailed())
                .put("drawn", honesty.drawn())
                .put("drawnAudited", honesty.audited())
                .put("drawnOpen", honesty.auditsOpen())
                .put("drawnUnaudited", honesty.unaudited());
        ArrayNode outvotes = figures.putArray("outvotes");
        for (CoordinatorMessage.Outvote outvote : honesty.outvotes()) {
            outvotes.addObject()
                    .put("node", outvote.node().value())
                    .put("job", outvote.result().job().toString())
                    .put("shard", outvote.result().shard())
                    .put("at", outvote.at().toString());
        }
        node.putObject("availability")
                .put("share", availability.share())
                .put("answered", availability.answered())
                .put("released", availability.released())
                .put("lost", availability.lost())
                .put("refused", availability.refused());
        node.putObject("speed")
                .put("againstExpectation", speed.againstExpectation())
                .put("expectedSeconds", speed.expected().toMillis() / 1e3)
                .put("takenSeconds", speed.taken().toMillis() / 1e3);
    }

    static List<String> fallbacks(Engine engine) {
        return engine instanceof WorkerEngine worker ? worker.fallbacks() : List.of();
    }
}
