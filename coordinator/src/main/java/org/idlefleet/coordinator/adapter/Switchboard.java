package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Outbox;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.adapter.api.Desk;
import org.idlefleet.coordinator.adapter.node.NodeDesk;

import java.util.ArrayList;
import java.util.List;

/** Hands each send to the adapter it is for. The loop's thread alone. */
final class Switchboard implements Outbox {
    private final Desk desk;
    private final NodeDesk nodes;
    private final Payloads payloads;
    private final Comparing comparing;
    private final List<Send.Ended> ended = new ArrayList<>();

    Switchboard(Desk desk, NodeDesk nodes, Payloads payloads, Comparing comparing) {
        this.desk = desk;
        this.nodes = nodes;
        this.payloads = payloads;
        this.comparing = comparing;
    }

    /**
     * A durable job's inputs go into the flush that makes the job durable; those that an audit
     * takes over are taken before the flush that may end their job and delete them.
     */
    @Override
    public void prepare(Send send) {
        if (send instanceof Send.Audit audit) {
            payloads.audit(audit.audit(), audit.source(), audit.from(), audit.to(), audit.claim());
        }
        if (send instanceof Send.Reply reply
                && reply.answer() instanceof Answer.Admitted admitted) {
            payloads.admit(reply.request(), admitted.job());
        }
    }

    @Override
    public void send(Send send) {
        switch (send) {
            case Send.Reply reply -> desk.reply(reply);
            case Send.Assign assign -> nodes.assign(assign);
            case Send.Cancel cancel -> nodes.cancel(cancel);
            case Send.Dismiss dismiss -> nodes.dismiss(dismiss);
            case Send.Welcome welcome -> nodes.welcome(welcome);
            case Send.Earnings earnings -> nodes.earnings(earnings);
            case Send.Announce announce -> nodes.announce(announce.model());
            case Send.Compare compare -> comparing.compare(compare);
            case Send.Audit _ -> {}
            case Send.Keep keep -> payloads.keep(keep.lease(), keep.from(), keep.to());
            case Send.Drop drop -> payloads.drop(drop.lease());
            case Send.Ended end -> ended.add(end);
        }
    }

    /** Nodes first: they have work to do while clients read their answers. */
    @Override
    public void flush() {
        nodes.flush();
        for (Send.Ended end : ended) {
            desk.ended(end);
            if (end.end() != JobEnd.DONE || end.audit()) {
                payloads.forget(end.job());
            }
        }
        ended.clear();
    }
}
