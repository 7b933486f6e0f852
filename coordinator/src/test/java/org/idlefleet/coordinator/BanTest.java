package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;

class BanTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final Coordinator coordinator = new Coordinator(Policy.standard(1));
    private long request;

    private Decision ask(Command command) {
        Decision decision = coordinator.decide(command, NOON);
        decision.events().forEach(coordinator::apply);
        return decision;
    }

    private static Answer answer(Decision decision) {
        return ((Send.Reply) decision.sends().getFirst()).answer();
    }

    private Decision ban(NodeId node) {
        return ask(new Command.BanNode(++request, node, "a lie"));
    }

    @Test
    void onlyANodeThatEnrolledIsBanned() {
        Digest token = Digest.of(new byte[] {1});
        ask(
                new Command.IssueToken(
                        ++request, new OwnerId("ann"), token, NOON.plus(Duration.ofDays(1))));
        NodeId node =
                ((Answer.Enrolled) answer(ask(new Command.RedeemToken(++request, token, token))))
                        .node();

        Decision mistyped = ban(new NodeId(node.value() + "x"));
        assertThat(mistyped.events()).isEmpty();
        assertThat(answer(mistyped))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused ->
                                assertThat(refused.refusal().text())
                                        .contains("no node '" + node + "x' has enrolled here"));

        Decision meant = ban(node);
        assertThat(meant.events()).containsExactly(new Event.NodeBanned(node, "a lie", NOON));
        assertThat(answer(meant)).isInstanceOf(Answer.Done.class);
    }
}
