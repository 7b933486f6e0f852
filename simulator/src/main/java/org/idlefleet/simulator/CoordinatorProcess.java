package org.idlefleet.simulator;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Coordinator;
import org.idlefleet.coordinator.CoordinatorLoop;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.Outbox;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.View;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * The coordinator's process from birth to death and again: the real loop on a simulated disk. It
 * takes commands in small batches, and can die between two steps or within one.
 */
final class CoordinatorProcess {
    private static final Duration STEP = Duration.ofMillis(2);
    private static final Duration IDLE = Duration.ofSeconds(30);

    /** Every so many steps the whole state is held against the reference. */
    private static final int STEPS_PER_AUDIT = 500;

    private final Policy policy;
    private final Timeline time;
    private final SimNetwork network;
    private final Chance chance;
    private final Corners corners;
    private final Predicate<OwnerId> liars;
    private final SimPayloads payloads = new SimPayloads();
    private final SimLog log;
    private final Trace trace = new Trace();
    private final Customers customers;
    private final List<Command> inbox = new ArrayList<>();
    private final Map<Long, Consumer<Answer>> asked = new HashMap<>();
    private Reference reference;
    private @Nullable Life life;
    private int lives;
    private long requests;
    private Instant stepAt = Instant.MAX;
    private int steps;
    private int sendsUntilDeath = -1;

    /** Somebody was told what a crash would still lose. */
    private boolean workedEarly;

    private long answering;
    private boolean flushesMayFail;

    /** Those who hear when a job has ended. */
    interface Customers {
        void ended(Send.Ended ended, int quorum, SimPayloads payloads);
    }

    /** What dies with the process. */
    private record Life(int number, Coordinator coordinator, CoordinatorLoop loop, SimDoor door) {}

    CoordinatorProcess(
            Policy policy,
            Timeline time,
            SimNetwork network,
            Chance chance,
            Corners corners,
            Customers customers,
            Predicate<OwnerId> liars) {
        this.policy = policy;
        this.time = time;
        this.network = network;
        this.chance = chance;
        this.corners = corners;
        this.customers = customers;
        log = new SimLog(payloads, corners);
        this.liars = liars;
        reference = new Reference(policy, corners, liars);
    }

    SimPayloads payloads() {
        return payloads;
    }

    Reference reference() {
        return reference;
    }

    boolean up() {
        return life != null;
    }

    int lives() {
        return lives;
    }

    long steps() {
        return steps;
    }

    long trace() {
        return trace.hash();
    }

    /** Whether the storm's flush failures are on. */
    void flushesMayFail(boolean may) {
        flushesMayFail = may;
    }

    void start() {
        if (life != null) {
            return;
        }
        lives++;
        var coordinator = new Coordinator(policy);
        var door = new SimDoor(this, time, payloads, network, corners);
        var loop = new CoordinatorLoop(coordinator, log, outbox(door), this::witnessed);
        reference = Reference.of(policy, corners, liars, log.history());
        life = new Life(lives, coordinator, loop, door);
        guarded(() -> loop.begin(time.now()));
        if (life != null) {
            reference.compare(coordinator.snapshot(time.now()));
            planStep(time.now().plus(IDLE));
        }
    }

    /** The process is killed between two steps. */
    void kill() {
        if (life != null) {
            corners.met(Corner.CRASH_BETWEEN_STEPS);
            audit();
            die();
        }
    }

    /** The process dies while the next step's messages leave. */
    void killWhileSending() {
        sendsUntilDeath = chance.between(1, 6);
    }

    void failNextFlush(SimLog.Fault fault) {
        log.failNextFlush(fault);
    }

    private void die() {
        Life dead = life;
        life = null;
        inbox.clear();
        asked.clear();
        stepAt = Instant.MAX;
        sendsUntilDeath = -1;
        if (workedEarly && !log.clean()) {
            corners.met(Corner.ADMISSION_LOST);
        }
        workedEarly = false;
        log.lose();
        payloads.lose();
        if (dead != null) {
            dead.door().died();
        }
    }

    /** A node opens a connection; null if nobody listens. */
    @Nullable Link connect(
            SimNode node, Consumer<CoordinatorMessage> atNode, Consumer<String> nodeDown) {
        return life == null ? null : life.door().accept(node, atNode, nodeDown);
    }

    /** Leaves a command; the process looks at it a moment later, together with others. */
    void offer(Command command) {
        if (life == null) {
            return;
        }
        inbox.add(command);
        planStep(time.now().plus(STEP));
        if (!(command instanceof Command.Asked) && chance.hits(network.weather().repeatCommand())) {
            corners.met(Corner.COMMAND_REPEATED);
            int then = lives;
            time.in(
                    chance.exponential(Duration.ofSeconds(1)),
                    () -> {
                        if (lives == then && life != null) {
                            inbox.add(command);
                            planStep(time.now().plus(STEP));
                        }
                    });
        }
    }

    /** Asks; there is no answer if the process dies before. */
    long ask(LongFunction<Command.Asked> command, Consumer<Answer> answer) {
        long request = ++requests;
        if (life != null) {
            asked.put(request, answer);
            offer(command.apply(request));
        }
        return request;
    }

    /** A number for what is about to be asked. */
    long nextRequest() {
        return requests + 1;
    }

    /** The request that is being answered right now. */
    long answering() {
        return answering;
    }

    /** No death is planned any more. */
    void fair() {
        sendsUntilDeath = -1;
        log.failNextFlush(SimLog.Fault.NONE);
    }

    /** Looks at the state beside all commands; only while the process is up. */
    View look(Query query) {
        Life now = life;
        if (now == null) {
            throw new IllegalStateException("the coordinator is down");
        }
        var reply =
                (Send.Reply)
                        now.coordinator()
                                .decide(new Command.Look(0, query), time.now())
                                .sends()
                                .getFirst();
        return ((Answer.Seen) reply.answer()).view();
    }

    /** Writes a snapshot for the next replay. */
    void snapshot() {
        Life now = life;
        if (now != null) {
            guarded(() -> now.loop().snapshot(time.now()));
        }
    }

    /** Holds the whole state, and what a replay would make of the log, against the reference. */
    void audit() {
        Life now = life;
        if (now == null || !log.clean()) {
            return;
        }
        List<Event.Durable> live = now.coordinator().snapshot(time.now());
        reference.compare(live);
        var replayed = new Coordinator(policy);
        log.replay(replayed::apply);
        reference.compare(replayed.snapshot(time.now()));
        var again = new Coordinator(policy);
        live.forEach(again::apply);
        Broken.unless(
                again.snapshot(time.now()).equals(live),
                "a snapshot rebuilds the state it was taken of");
    }

    private void planStep(Instant at) {
        if (at.isBefore(stepAt)) {
            stepAt = at;
            time.at(
                    at,
                    () -> {
                        if (stepAt.equals(at)) {
                            stepAt = Instant.MAX;
                            step();
                        }
                    });
        }
    }

    private void step() {
        Life now = life;
        if (now == null) {
            return;
        }
        List<Command> batch = inbox.subList(0, Math.min(CoordinatorLoop.BATCH_MAX, inbox.size()));
        List<Command> commands = List.copyOf(batch);
        batch.clear();
        if (flushesMayFail && chance.hits(network.weather().flushFailure())) {
            log.failNextFlush(
                    chance.hits(0.5) ? SimLog.Fault.NOTHING_WRITTEN : SimLog.Fault.ALL_WRITTEN);
        }
        guarded(() -> now.loop().step(commands, time.now()));
        if (life == null) {
            return;
        }
        steps++;
        reference.afterStep(now.coordinator().bookTotal());
        if (steps % STEPS_PER_AUDIT == 0) {
            audit();
        }
        planStep(
                inbox.isEmpty()
                        ? time.now().plus(now.loop().idle(time.now(), IDLE))
                        : time.now().plus(STEP));
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (ProcessDied died) {
            die();
        }
    }

    private void witnessed(Event event) {
        trace.add(time.now(), event);
        reference.live(event);
    }

    private Outbox outbox(SimDoor door) {
        return new Outbox() {
            @Override
            public void prepare(Send send) {
                if (send instanceof Send.Audit audit) {
                    payloads.audit(
                            audit.audit(), audit.source(), audit.from(), audit.to(), audit.claim());
                }
            }

            @Override
            public void send(Send send) {
                sent(door, send);
            }
        };
    }

    private void sent(SimDoor door, Send send) {
        if (sendsUntilDeath > 0 && --sendsUntilDeath == 0) {
            sendsUntilDeath = -1;
            corners.met(Corner.CRASH_WHILE_SENDING);
            throw new ProcessDied("killed while sending");
        }
        reference.acknowledged(send, log.waiting());
        workedEarly = !log.clean();
        switch (send) {
            case Send.Reply reply -> {
                Consumer<Answer> asker = asked.remove(reply.request());
                if (asker != null) {
                    answering = reply.request();
                    asker.accept(reply.answer());
                }
            }
            case Send.Audit _ -> {}
            case Send.Ended ended when ended.audit() -> payloads.forget(ended.job());
            case Send.Ended ended ->
                    customers.ended(ended, reference.quorumOf(ended.job()), payloads);
            case Send.Keep keep -> payloads.keep(keep.lease(), keep.from(), keep.to());
            case Send.Drop drop -> payloads.drop(drop.lease());
            case Send.Assign assign -> door.assign(assign);
            case Send.Cancel cancel -> door.cancel(cancel);
            case Send.Dismiss dismiss -> door.dismiss(dismiss);
            case Send.Welcome welcome -> door.welcome(welcome);
            case Send.Announce announce -> door.announce(announce.model());
            case Send.Compare compare -> door.compare(compare);
            case Send.Earnings earnings -> door.earnings(earnings);
        }
    }
}
