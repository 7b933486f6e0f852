package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.View;
import org.idlefleet.coordinator.fleet.Conduct;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.WarmModel;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The core's views as our own surface shows them: snake case, money as decimal text. */
final class Views {
    private Views() {}

    static ObjectNode json(View view) {
        return switch (view) {
            case View.Job job -> job(job, true);
            case View.Jobs jobs -> {
                ObjectNode root = list();
                jobs.jobs().forEach(job -> data(root).add(job(job, false)));
                yield root;
            }
            case View.Nodes nodes -> {
                ObjectNode root = list();
                nodes.nodes().forEach(node -> data(root).add(node(node)));
                yield root;
            }
            case View.Models models -> {
                ObjectNode root = list();
                models.models()
                        .forEach(model ->
                                data(root)
                                        .add(
                                                Json.object()
                                                        .put("id", model.model().value())
                                                        .put("manifest", model.manifest().hex())
                                                        .put("batch_items", model.batchItems())
                                                        .put(
                                                                "price_micros_per_work_unit",
                                                                model.priceMicrosPerWorkUnit())
                                                        .put("memory_bytes", model.memoryBytes())));
                yield root;
            }
            case View.ApiKeys keys -> {
                ObjectNode root = list();
                keys.keys()
                        .forEach(key ->
                                data(root)
                                        .add(
                                                Json.object()
                                                        .put("id", key.key())
                                                        .put("client", key.client().value())
                                                        .put("created", key.created().toString())));
                yield root;
            }
            case View.Balances balances -> {
                ObjectNode root = list();
                postings(data(root), "balance", balances.balances());
                yield root;
            }
            case View.Client client ->
                    Json.object()
                            .put("client", client.client().value())
                            .put("prepaid", client.prepaid().toString())
                            .put("held", client.held().toString())
                            .put("usual_assurance", client.terms().usual().word())
                            .put("floor_assurance", client.terms().floor().word());
            case View.Owners owners -> {
                ObjectNode root = list();
                root.put("alarm", owners.alarm());
                owners.owners().forEach(owner -> data(root).add(owner(owner)));
                yield root;
            }
            case View.Pay pay -> {
                ObjectNode root =
                        Json.object()
                                .put("version", pay.policy().version())
                                .put("divided", pay.divided().toString())
                                .put("policy", PolicyFile.text(pay.policy()));
                pay.since().ifPresent(since -> root.put("since", since.toString()));
                yield root;
            }
            case View.Load load ->
                    Json.object()
                            .put("nodes", load.nodes())
                            .put("owners", load.owners())
                            .put("slots", load.slots())
                            .put("held_slots", load.heldSlots())
                            .put("open_jobs", load.openJobs())
                            .put("open_items", load.openItems());
        };
    }

    /** {@code running}, or how it ended. */
    static String status(View.Job job) {
        return job.end().map(end -> word(end)).orElse("running");
    }

    private static ObjectNode job(View.Job job, boolean whole) {
        ObjectNode node = Json.object();
        node.put("id", job.job().toString()).put("object", "job").put("status", status(job));
        node.put("client", job.client().value()).put("model", job.model().value());
        node.put("manifest", job.manifest().hex()).put("kind", word(job.kind()));
        node.put("items", job.items()).put("settled_items", job.settledItems());
        node.put("quorum", job.quorum()).put("tier", word(job.tier()));
        node.put("durable", job.durable()).put("admitted", job.admitted().toString());
        node.put("deadline", job.deadline().toString());
        node.put("ceiling", job.ceiling().toString()).put("paid", job.paid().toString());
        job.ended().ifPresent(ended -> node.put("ended", ended.toString()));
        if (!job.detail().isEmpty()) {
            node.put("detail", job.detail());
        }
        verification(node.putObject("verification"), job, whole);
        if (whole) {
            ArrayNode shards = node.putArray("shards");
            job.shards().forEach(shard -> shards.add(shard(shard)));
        }
        return node;
    }

    private static void verification(ObjectNode node, View.Job job, boolean whole) {
        node.put("assurance", job.assurance().word()).put("bound", job.assurance().bound());
        node.put(
                "state",
                !job.retracted().isEmpty() ? "retracted" : job.isFinal() ? "final" : "provisional");
        node.put("results", job.results());
        node.put("audits_drawn", job.audits().drawn()).put("audits_open", job.openAudits());
        node.put("audits_passed", job.audits().passed());
        node.put("audits_refuted", job.audits().refuted());
        node.put("audits_unchecked", job.audits().unchecked());
        int looked = job.audits().passed() + job.audits().refuted();
        node.put("audited_share", (double) looked / Math.max(1, Math.max(looked, job.results())));
        job.audit()
                .ifPresent(audit ->
                        node.putObject("audit_of")
                                .put("job", audit.job().toString())
                                .put("shard", audit.shard())
                                .put("from", audit.from())
                                .put("to", audit.to())
                                .put("owner", audit.claim().owner().value())
                                .put("by_trusted", audit.trusted())
                                .put("cause", word(audit.cause())));
        if (whole) {
            ArrayNode retracted = node.putArray("retracted");
            for (Event.ResultRetracted wrong : job.retracted()) {
                ObjectNode line = retracted.addObject();
                line.put("shard", wrong.shard()).put("from", wrong.from()).put("to", wrong.to());
                line.put("owner", wrong.wrong().owner().value());
                line.put("audit", wrong.audit().toString()).put("replaced", wrong.by().isPresent());
                wrong.refund()
                        .map(refund -> refund.change(AccountId.prepaid(job.client().value())))
                        .ifPresent(refund -> line.put("refunded", refund.toString()));
                line.put("at", wrong.at().toString());
            }
        }
    }

    private static ObjectNode owner(View.Owner owner) {
        Standing standing = owner.standing();
        Standing.Counts counts = standing.counts();
        Conduct conduct = owner.conduct();
        ObjectNode node = Json.object();
        node.put("id", owner.owner().value()).put("state", word(owner.state()));
        node.put("trusted", owner.trusted()).put("since", standing.since().toString());
        node.putObject("honesty")
                .put("recent_share", standing.recent().share())
                .put("results", counts.results())
                .put("checked", counts.checked())
                .put("agreed", counts.agreed())
                .put("inconclusive", counts.inconclusive())
                .put("outvoted", counts.outvoted())
                .put("cleared", counts.cleared())
                .put("ringers_passed", counts.ringersPassed())
                .put("ringers_failed", counts.ringersFailed())
                .put("drawn", counts.drawn())
                .put("drawn_audited", counts.audited())
                .put("drawn_open", owner.auditsOpen())
                .put("drawn_unaudited", counts.unaudited(owner.auditsOpen()));
        owner.against()
                .conviction()
                .ifPresent(conviction ->
                        node.putObject("conviction")
                                .put("audit", conviction.audit().toString())
                                .put("reason", conviction.reason())
                                .put("at", conviction.at().toString()));
        ArrayNode outvotes = node.putArray("outvotes");
        for (Against.Outvote outvote : owner.against().outvotes()) {
            outvotes.addObject()
                    .put("node", outvote.node().value())
                    .put("job", outvote.result().job().toString())
                    .put("shard", outvote.result().shard())
                    .put("by", outvote.by().toString())
                    .put("at", outvote.at().toString());
        }
        Instant probation = standing.probation().until();
        if (owner.state() == Standing.State.PROBATION) {
            node.put("probation_until", probation.toString());
        }
        owner.watch().ifPresent(convict -> node.put("cohort_of_convicted", convict.value()));
        node.put("spared", standing.spared());
        ArrayNode devices = node.putArray("devices");
        owner.devices().forEach((id, device) -> devices.add(device(id, device)));
        node.putObject("availability")
                .put("share", conduct.availability())
                .put("answered", conduct.answered())
                .put("released", conduct.released())
                .put("lost", conduct.lost())
                .put("refused", conduct.refused());
        node.putObject("speed")
                .put("against_expectation", conduct.speed())
                .put("expected_seconds", conduct.expected().toMillis() / 1e3)
                .put("taken_seconds", conduct.taken().toMillis() / 1e3);
        return node;
    }

    private static ObjectNode device(NodeId id, Device device) {
        ObjectNode node = Json.object();
        node.put("node", id.value()).put("agreed", device.agreed());
        node.put("outvoted", device.outvoted()).put("faulty", device.faulty());
        ArrayNode shown = node.putArray("shown");
        for (Device.Shown known : device.shown()) {
            shown.addObject()
                    .put("manifest", known.manifest().hex())
                    .put("numeric_class", known.numericClass().toString())
                    .put("checks", known.checks())
                    .put("checks_needed", Device.WARM_UP);
        }
        return node;
    }

    private static ObjectNode shard(View.Shard shard) {
        ObjectNode node = Json.object();
        node.put("shard", shard.shard()).put("from", shard.from()).put("to", shard.to());
        shard.canonical().ifPresent(lease -> node.put("canonical", lease.toString()));
        ArrayNode votes = node.putArray("votes");
        for (View.Vote vote : shard.votes()) {
            votes.addObject()
                    .put("lease", vote.ballot().lease().toString())
                    .put("node", vote.ballot().node().value())
                    .put("owner", vote.ballot().owner().value())
                    .put("commit", vote.ballot().commit().hex())
                    .put("output", vote.ballot().output().hex())
                    .put("numeric_class", vote.ballot().numericClass().toString())
                    .put("fate", word(vote.fate()));
        }
        ArrayNode history = node.putArray("history");
        for (View.ReplicaFate fate : shard.history()) {
            history.addObject()
                    .put("lease", fate.lease().toString())
                    .put("node", fate.node().value())
                    .put("owner", fate.owner().value())
                    .put("fate", fate.fate());
        }
        postings(node.putArray("payment"), "amount", shard.payment());
        return node;
    }

    private static ObjectNode node(View.Node session) {
        ObjectNode node = Json.object();
        node.put("id", session.node().value()).put("owner", session.owner().value());
        node.put("numeric_class", session.numericClass().toString());
        node.put("since", session.since().toString());
        node.put("slots", session.slots()).put("held_slots", session.held());
        node.put("park_seconds_left", session.parkTimeLeft().toSeconds());
        node.put("shards_done", session.shardsDone());
        ArrayNode models = node.putArray("models");
        for (WarmModel model : session.models()) {
            models.addObject()
                    .put("manifest", model.manifest().hex())
                    .put("work_units_per_second", model.workUnitsPerSecond());
        }
        return node;
    }

    private static void postings(ArrayNode into, String amount, List<Posting> postings) {
        for (Posting posting : postings) {
            into.addObject()
                    .put("account", posting.account().path())
                    .put(amount, posting.amount().toString());
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode list() {
        ObjectNode root = Json.object().put("object", "list");
        root.putArray("data");
        return root;
    }

    private static ArrayNode data(ObjectNode root) {
        return (ArrayNode) root.get("data");
    }
}
