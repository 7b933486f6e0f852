package org.idlefleet.simulator;

import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Send;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.JobId;

import java.util.List;

/**
 * Looks at what a client gets: every item once, in order, and right if its quorum can promise it.
 */
final class Inspector implements CoordinatorProcess.Customers {
    private final long colluding;
    private final Corners corners;

    /**
     * @param colluding owners who agree on a wrong answer
     */
    Inspector(long colluding, Corners corners) {
        this.colluding = colluding;
        this.corners = corners;
    }

    @Override
    public void ended(Send.Ended ended, int quorum, SimPayloads payloads) {
        List<byte[]> items = payloads.inputsForChecking(ended.job());
        if (ended.end() == JobEnd.DONE) {
            inspect(ended.job(), quorum, items, payloads.kept(ended.job()));
        }
        payloads.forget(ended.job());
    }

    private void inspect(
            JobId job, int quorum, List<byte[]> items, List<SimPayloads.Kept> answers) {
        int at = 0;
        for (SimPayloads.Kept answer : answers) {
            Broken.unless(answer.from() == at, "answers follow each other", job, at, answer.from());
            EmbeddingOutput output = EmbeddingOutput.read(answer.output(), Truth.DIMENSIONS);
            Broken.unless(
                    output.items() == answer.to() - answer.from(),
                    "an answer has as many vectors as items",
                    job,
                    answer.from(),
                    answer.to(),
                    output.items());
            for (int i = 0; i < output.items(); i++) {
                judge(job, quorum, items.get(at + i), output.vector(i));
            }
            at = answer.to();
        }
        Broken.unless(at == items.size(), "every item is answered", job, at, items.size());
    }

    private void judge(JobId job, int bought, byte[] item, float[] vector) {
        if (Truth.distance(item, vector) > Truth.RIGHT) {
            Broken.unless(
                    bought == 1 || colluding >= bought,
                    "no wrong answer passes a quorum that liars can't fill",
                    job,
                    bought,
                    colluding);
            corners.met(Corner.WRONG_AT_QUORUM_ONE);
        }
    }
}
