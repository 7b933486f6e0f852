package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Which result becomes the canonical one: results are points on a line, the tolerance is 1. */
class CanonicalTest {
    @Test
    void isTheOneInTheMiddleOfThoseThatAgree() {
        Verdict.Agreed agreed = agreed(3, 0.0, 0.9, 0.5);
        assertThat(places(agreed.agreeing())).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(place(agreed.canonical())).isEqualTo(2);
    }

    @Test
    void isNotTheFirstThatHasNeighboursButOneOfTheLargestGroupThatAllAgree() {
        Verdict.Agreed agreed = agreed(2, 0.0, -0.9, 0.9, 1.0, 1.1);
        assertThat(place(agreed.canonical())).isEqualTo(3);
        assertThat(places(agreed.agreeing())).containsExactlyInAnyOrder(0, 2, 3, 4);
        assertThat(places(agreed.inconclusive())).containsExactly(1);
    }

    @Test
    void aChainOfNeighboursIsNoAgreementOfAll() {
        assertThat(judge(3, 0.0, 0.8, 1.6)).isEqualTo(new Verdict.Open(1));
        assertThat(judge(3, 0.0, 0.5, 1.0)).isInstanceOf(Verdict.Agreed.class);
    }

    @Test
    void ofGroupsOfOneSizeTheTightestWins() {
        Verdict.Agreed agreed = agreed(2, 0.0, 0.5, 10.0, 10.1);
        assertThat(places(agreed.agreeing())).containsExactlyInAnyOrder(2, 3);
        assertThat(places(agreed.dissenting())).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void ofEqualGroupsTheOneWithTheLowestCommitWins() {
        Verdict.Agreed agreed = agreed(2, 10.0, 10.5, 0.0, 0.5);
        assertThat(places(agreed.agreeing())).containsExactly(0, 1);
        assertThat(place(agreed.canonical())).isZero();
    }

    @Test
    void twiceTheToleranceIsInconclusiveAndOneUlpMoreDissents() {
        Verdict.Agreed edge = agreed(2, 0.0, 0.0, 2.0);
        assertThat(places(edge.inconclusive())).containsExactly(2);
        assertThat(edge.dissenting()).isEmpty();
        Verdict.Agreed beyond = agreed(2, 0.0, 0.0, Math.nextUp(2.0));
        assertThat(beyond.inconclusive()).isEmpty();
        assertThat(places(beyond.dissenting())).containsExactly(2);
    }

    @Test
    void saysHowManyMoreWouldSettleIt() {
        assertThat(judge(3)).isEqualTo(new Verdict.Open(3));
        assertThat(judge(3, 0.0)).isEqualTo(new Verdict.Open(2));
        assertThat(judge(3, 0.0, 5.0, 5.1)).isEqualTo(new Verdict.Open(1));
        assertThat(judge(1, 0.0)).isInstanceOf(Verdict.Agreed.class);
    }

    @Test
    void judgesTwelveBallotsAndRefusesMore() {
        assertThat(places(agreed(12, new double[12]).agreeing())).hasSize(12);
        assertThatThrownBy(() -> judge(2, new double[13]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 12 ballots are judged, found 13");
    }

    /** The commits are in the order of the places. */
    private static Verdict judge(int quorum, double... line) {
        List<Ballot> ballots =
                IntStream.range(0, line.length).mapToObj(CanonicalTest::ballot).toList();
        var distances = new ArrayList<Double>();
        for (int i = 1; i < line.length; i++) {
            for (int j = 0; j < i; j++) {
                distances.add(Math.abs(line[i] - line[j]));
            }
        }
        return Voter.judge(ballots, new Comparison(line.length, distances), 1, quorum);
    }

    private static Verdict.Agreed agreed(int quorum, double... line) {
        Verdict verdict = judge(quorum, line);
        assertThat(verdict).isInstanceOf(Verdict.Agreed.class);
        return (Verdict.Agreed) verdict;
    }

    private static Ballot ballot(int place) {
        return new Ballot(
                new Lease(new JobId(1), 0, place, 1),
                new NodeId("node" + place),
                new OwnerId("owner" + place),
                new Digest(place, 0, 0, 0),
                new Digest(place, 1, 1, 1));
    }

    private static int place(Ballot ballot) {
        return ballot.lease().attempt();
    }

    private static List<Integer> places(List<Ballot> ballots) {
        return ballots.stream().map(CanonicalTest::place).toList();
    }
}
