package org.idlefleet.simulator;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who is connected, how many shards each holds, and in which numeric class its votes count. */
final class ReferenceSessions {
    private final Map<Long, Guest> guests = new HashMap<>();

    /** What each session of this life has shown, also of those that are closed. */
    private final List<Map.Entry<OwnerId, NumericClass>> shows = new ArrayList<>();

    static final class Guest {
        private final NodeId node;
        private final OwnerId owner;
        private final NumericClass shown;
        private int slots;
        private int held;
        private int faultsInRow;

        private Guest(NodeId node, OwnerId owner, NumericClass shown) {
            this.node = node;
            this.owner = owner;
            this.shown = shown;
        }

        NodeId node() {
            return node;
        }

        OwnerId owner() {
            return owner;
        }

        int faultsInRow() {
            return faultsInRow;
        }

        void offers(int count) {
            slots = count;
        }

        void takes(Event.LeaseGranted granted) {
            Broken.unless(held < slots, "no lease beyond the slots offered", granted);
            held++;
        }

        void frees() {
            held--;
        }

        void answers() {
            faultsInRow = 0;
        }

        void fails() {
            faultsInRow++;
        }
    }

    /** A new life: what nodes showed in the one before counts no more. */
    void began() {
        shows.clear();
    }

    void opened(Event.SessionOpened opened) {
        Broken.unless(
                guests.values().stream().noneMatch(guest -> guest.node.equals(opened.node())),
                "a node has one session",
                opened);
        Broken.unless(
                guests.put(
                                opened.session(),
                                new Guest(opened.node(), opened.owner(), opened.numericClass()))
                        == null,
                "a session is opened once",
                opened);
        shows.add(Map.entry(opened.owner(), opened.numericClass()));
    }

    void closed(long session) {
        guests.remove(session);
    }

    Guest guest(long session) {
        Guest guest = guests.get(session);
        Broken.unless(guest != null, "a session that acts is open", session);
        return Objects.requireNonNull(guest);
    }

    /**
     * A vote counts in the class that its node showed, with what it showed if others show something
     * else there, or if somebody whose result it is held against counts in just that.
     *
     * @param before the votes that it is held against
     */
    Corner counts(Ballot ballot, List<Ballot> before, Set<OwnerId> trusted) {
        NumericClass shown =
                guests.values().stream()
                        .filter(guest -> guest.node.equals(ballot.node()))
                        .findFirst()
                        .orElseThrow()
                        .shown;
        var owners = new TreeMap<String, TreeSet<OwnerId>>();
        for (Map.Entry<OwnerId, NumericClass> show : shows) {
            if (show.getValue().declared().equals(shown.declared())) {
                owners.computeIfAbsent(show.getValue().probe(), _ -> new TreeSet<>())
                        .add(show.getKey());
            }
        }
        String first = "";
        long most = 1;
        for (Map.Entry<String, TreeSet<OwnerId>> probe : owners.entrySet()) {
            long weight = 0;
            for (OwnerId owner : probe.getValue()) {
                weight += trusted.contains(owner) ? 1_000_000 : 1;
            }
            if (weight > most) {
                first = probe.getKey();
                most = weight;
            }
        }
        boolean common =
                shown.probe().equals(first)
                        && before.stream().noneMatch(vote -> vote.numericClass().equals(shown));
        Broken.unless(
                ballot.numericClass().equals(common ? shown.declared() : shown),
                "a vote counts in its class",
                ballot,
                shown,
                owners);
        return common ? Corner.CLASS_SETTLED : Corner.CLASS_OF_ITS_OWN;
    }
}
