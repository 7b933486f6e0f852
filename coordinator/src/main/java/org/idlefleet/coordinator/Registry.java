package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.ApiKeyCreated;
import org.idlefleet.coordinator.Event.ApiKeyRevoked;
import org.idlefleet.coordinator.Event.ModelRegistered;
import org.idlefleet.coordinator.Event.NodeBanned;
import org.idlefleet.coordinator.Event.NodeEnrolled;
import org.idlefleet.coordinator.Event.TermsSet;
import org.idlefleet.coordinator.Event.TokenIssued;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Who and what is known: models, API keys, enrolment tokens, nodes. */
final class Registry {
    /** Owners whose first nodes enrolled within this time of each other are one cohort. */
    static final Duration COHORT = Duration.ofHours(24);

    private final TreeMap<ModelId, ModelRegistered> models = new TreeMap<>();
    private final Map<Digest, ModelSpec> byManifest = new HashMap<>();
    private final TreeMap<String, ApiKeyCreated> keys = new TreeMap<>();
    private final TreeMap<Digest, TokenIssued> tokens = new TreeMap<>();
    private final TreeMap<NodeId, NodeEnrolled> nodes = new TreeMap<>();
    private final TreeMap<NodeId, NodeBanned> banned = new TreeMap<>();
    private final TreeMap<ClientId, TermsSet> terms = new TreeMap<>();
    private final Map<OwnerId, Instant> enrolled = new HashMap<>();

    void apply(ModelRegistered event) {
        models.put(event.model().model(), event);
        byManifest.put(event.model().manifest(), event.model());
    }

    void apply(ApiKeyCreated event) {
        keys.put(event.key(), event);
    }

    void apply(ApiKeyRevoked event) {
        keys.remove(event.key());
    }

    void apply(TokenIssued event) {
        tokens.put(event.tokenHash(), event);
    }

    void apply(NodeEnrolled event) {
        tokens.remove(event.tokenHash());
        nodes.put(event.node(), event);
        enrolled.merge(event.owner(), event.at(), (known, at) -> known.isBefore(at) ? known : at);
    }

    void apply(TermsSet event) {
        terms.put(event.client(), event);
    }

    ClientTerms terms(ClientId client) {
        TermsSet set = terms.get(client);
        return set == null ? ClientTerms.NONE : set.terms();
    }

    void apply(NodeBanned event) {
        banned.put(event.node(), event);
    }

    Optional<ModelSpec> model(ModelId model) {
        return Optional.ofNullable(models.get(model)).map(ModelRegistered::model);
    }

    /** Also finds manifests that a newer one has replaced: open jobs may still run them. */
    Optional<ModelSpec> model(Digest manifest) {
        return Optional.ofNullable(byManifest.get(manifest));
    }

    List<ModelSpec> models() {
        return models.values().stream().map(ModelRegistered::model).toList();
    }

    List<ModelRegistered> registrations() {
        return List.copyOf(models.values());
    }

    Optional<ApiKeyCreated> key(String key) {
        return Optional.ofNullable(keys.get(key));
    }

    List<View.ApiKey> keys() {
        return keys.values().stream()
                .map(key -> new View.ApiKey(key.key(), key.client(), key.secretHash(), key.at()))
                .toList();
    }

    Optional<TokenIssued> token(Digest hash) {
        return Optional.ofNullable(tokens.get(hash));
    }

    Optional<NodeEnrolled> node(NodeId node) {
        return Optional.ofNullable(nodes.get(node));
    }

    /**
     * An enrolment cohort: those whose first nodes enrolled so close to one owner's that they may
     * be one person with it.
     *
     * @param from the earliest of it
     * @param to the latest of it
     */
    record Cohort(Instant from, Instant to) {}

    /** The owner's own; nobody's, if none of its nodes has enrolled. */
    Optional<Cohort> cohort(OwnerId owner) {
        return Optional.ofNullable(enrolled.get(owner))
                .map(at -> new Cohort(at.minus(COHORT), at.plus(COHORT)));
    }

    /** Whether the owner belongs to it. */
    boolean isOf(OwnerId owner, Cohort cohort) {
        Instant at = enrolled.get(owner);
        return at != null && !at.isBefore(cohort.from()) && !at.isAfter(cohort.to());
    }

    /** Whether the two enrolled so close together that they may be one person. */
    boolean oneCohort(OwnerId owner, OwnerId other) {
        return cohort(other).filter(cohort -> isOf(owner, cohort)).isPresent();
    }

    /** The node that enrolled with this token. */
    Optional<NodeEnrolled> nodeOfToken(Digest hash) {
        return nodes.values().stream().filter(node -> node.tokenHash().equals(hash)).findFirst();
    }

    Optional<NodeBanned> ban(NodeId node) {
        return Optional.ofNullable(banned.get(node));
    }

    /**
     * The id for the next node of the owner: its public key decides it, so it is the same in every
     * replay.
     */
    static NodeId nodeId(OwnerId owner, Digest publicKey) {
        String name = owner.value();
        String part = name.length() > 40 ? name.substring(0, 40) : name;
        return new NodeId(part + "-" + publicKey.hex().substring(0, 12));
    }

    /** Events that rebuild this, tokens that have expired by {@code now} left out. */
    List<Event.Durable> snapshot(Instant now) {
        var events = new ArrayList<Event.Durable>();
        var older = new TreeMap<Digest, ModelSpec>(byManifest);
        models.values().forEach(model -> older.remove(model.model().manifest()));
        older.values().forEach(model -> events.add(new ModelRegistered(model, Instant.EPOCH)));
        events.addAll(models.values());
        events.addAll(keys.values());
        tokens.values().stream().filter(token -> token.expires().isAfter(now)).forEach(events::add);
        events.addAll(nodes.values());
        events.addAll(banned.values());
        events.addAll(terms.values());
        return events;
    }
}
