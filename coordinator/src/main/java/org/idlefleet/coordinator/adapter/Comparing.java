package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Inbox;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.workload.EmbeddingComparator;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelManifest.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Holds results against each other, off the loop, and tells the core how far apart they are. */
public final class Comparing {
    private static final Logger LOG = LoggerFactory.getLogger(Comparing.class);

    private final Inbox inbox;
    private final Payloads payloads;
    private final ModelStore models;
    private final Executor worker;

    public Comparing(Inbox inbox, Payloads payloads, ModelStore models, Executor worker) {
        this.inbox = inbox;
        this.payloads = payloads;
        this.models = models;
        this.worker = worker;
    }

    /** Answered by {@link Command.Compared}. Returns at once. */
    public void compare(Send.Compare compare) {
        worker.execute(() ->
                inbox.offer(
                        new Command.Compared(compare.job(), compare.shard(), comparison(compare))));
    }

    private Comparison comparison(Send.Compare compare) {
        List<byte[]> outputs =
                compare.leases().stream()
                        .map(lease -> output(compare, lease))
                        .flatMap(Optional::stream)
                        .toList();
        if (outputs.size() < compare.leases().size()) {
            LOG.warn(
                    "{} of {} results of {} shard {} are gone: if it is open, all are far apart",
                    compare.leases().size() - outputs.size(),
                    compare.leases().size(),
                    compare.job(),
                    compare.shard());
            return allFar(compare.leases().size());
        }
        return switch (models.manifest(compare.model().manifest()).orElseThrow().task()) {
            case Task.Embedding embedding ->
                    EmbeddingComparator.compare(outputs, embedding.dimensions());
        };
    }

    /** A lease of another job stands for the claim that this one audits. */
    private Optional<byte[]> output(Send.Compare compare, Lease lease) {
        return lease.job().equals(compare.job())
                ? payloads.output(lease)
                : payloads.claim(compare.job(), compare.from(), compare.to());
    }

    private static Comparison allFar(int ballots) {
        int pairs = ballots * (ballots - 1) / 2;
        return new Comparison(ballots, Collections.nCopies(pairs, EmbeddingComparator.FAR));
    }
}
