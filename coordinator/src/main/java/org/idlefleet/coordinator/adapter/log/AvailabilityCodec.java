package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.AvailabilityDayRecord;
import org.idlefleet.coordinator.adapter.log.wire.AvailabilityRecord;
import org.idlefleet.coordinator.adapter.log.wire.StoodRecord;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.NodeId;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Pay for being available, as records and back. */
final class AvailabilityCodec {
    private AvailabilityCodec() {}

    static AvailabilityRecord write(Event.AvailabilityPaid event, NameTable names) {
        var record =
                AvailabilityRecord.newBuilder()
                        .setPeriodSeconds(event.period().getEpochSecond())
                        .setAsked(event.asked().millionths())
                        .setBudget(event.budget().millionths());
        for (Event.AvailabilityPaid.Stood stood : event.stood()) {
            var its =
                    StoodRecord.newBuilder()
                            .setOwner(names.number(stood.owner().value()))
                            .addAllNodes(nodes(stood.devices(), names))
                            .addAllParts(stood.devices().values());
            stood.payment()
                    .ifPresent(payment -> its.setPayment(MoneyCodec.write(payment, "", "", names)));
            record.addStood(its);
        }
        return record.build();
    }

    static Event.AvailabilityPaid read(AvailabilityRecord record, Instant at, Names names) {
        var stood = new ArrayList<Event.AvailabilityPaid.Stood>();
        for (StoodRecord its : record.getStoodList()) {
            stood.add(
                    new Event.AvailabilityPaid.Stood(
                            names.owner(its.getOwner()),
                            devices(its.getNodesList(), its.getPartsList(), names),
                            its.hasPayment()
                                    ? Optional.of(MoneyCodec.read(its.getPayment(), "", "", names))
                                    : Optional.empty()));
        }
        return new Event.AvailabilityPaid(
                Instant.ofEpochSecond(record.getPeriodSeconds()),
                new Money(record.getAsked()),
                new Money(record.getBudget()),
                stood,
                at);
    }

    static AvailabilityDayRecord write(Event.AvailabilityRestored event, NameTable names) {
        return AvailabilityDayRecord.newBuilder()
                .setDaySeconds(event.day().getEpochSecond())
                .setSpent(event.spent().millionths())
                .addAllNodes(nodes(event.parts(), names))
                .addAllParts(event.parts().values())
                .build();
    }

    static Event.AvailabilityRestored read(AvailabilityDayRecord record, Names names) {
        return new Event.AvailabilityRestored(
                Instant.ofEpochSecond(record.getDaySeconds()),
                new Money(record.getSpent()),
                devices(record.getNodesList(), record.getPartsList(), names));
    }

    private static List<Integer> nodes(SortedMap<NodeId, Integer> devices, NameTable names) {
        return devices.keySet().stream().map(node -> names.number(node.value())).toList();
    }

    private static SortedMap<NodeId, Integer> devices(
            List<Integer> nodes, List<Integer> parts, Names names) {
        if (nodes.size() != parts.size()) {
            throw new IllegalArgumentException(
                    "every device has its parts of a period, found "
                            + nodes.size()
                            + " devices and "
                            + parts.size()
                            + " parts");
        }
        var devices = new TreeMap<NodeId, Integer>();
        for (int i = 0; i < nodes.size(); i++) {
            devices.put(names.node(nodes.get(i)), parts.get(i));
        }
        return devices;
    }
}
