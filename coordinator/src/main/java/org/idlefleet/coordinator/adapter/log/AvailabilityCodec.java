package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.AvailabilityDayRecord;
import org.idlefleet.coordinator.adapter.log.wire.AvailabilityRecord;
import org.idlefleet.coordinator.adapter.log.wire.PresenceRecord;
import org.idlefleet.coordinator.adapter.log.wire.StoodRecord;
import org.idlefleet.coordinator.adapter.log.wire.UnpaidRecord;
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
        event.stood().forEach(stood -> record.addStood(write(stood, names)));
        return record.build();
    }

    static Event.AvailabilityPaid read(AvailabilityRecord record, Instant at, Names names) {
        return new Event.AvailabilityPaid(
                Instant.ofEpochSecond(record.getPeriodSeconds()),
                new Money(record.getAsked()),
                new Money(record.getBudget()),
                stood(record.getStoodList(), names),
                at);
    }

    static PresenceRecord write(Event.AvailabilityCounted event, NameTable names) {
        var record =
                PresenceRecord.newBuilder()
                        .setMarkMillis(event.mark().toEpochMilli())
                        .setMore(!event.whole());
        for (Event.AvailabilityCounted.Came device : event.came()) {
            record.addCameNodes(names.number(device.node().value()))
                    .addCameOwners(names.number(device.owner().value()));
        }
        event.went().forEach(node -> record.addWentNodes(names.number(node.value())));
        for (Event.AvailabilityCounted.Failed failed : event.failed()) {
            record.addFailedNodes(names.number(failed.node().value()))
                    .addFailedPeriodSeconds(failed.period().getEpochSecond());
        }
        return record.build();
    }

    static Event.AvailabilityCounted read(PresenceRecord record, Instant at, Names names) {
        sameLength(record.getCameNodesCount(), record.getCameOwnersCount());
        var came = new ArrayList<Event.AvailabilityCounted.Came>();
        for (int i = 0; i < record.getCameNodesCount(); i++) {
            came.add(
                    new Event.AvailabilityCounted.Came(
                            names.node(record.getCameNodes(i)),
                            names.owner(record.getCameOwners(i))));
        }
        return new Event.AvailabilityCounted(
                Instant.ofEpochMilli(record.getMarkMillis()),
                came,
                record.getWentNodesList().stream().map(names::node).toList(),
                failed(record.getFailedNodesList(), record.getFailedPeriodSecondsList(), names),
                !record.getMore(),
                at);
    }

    static AvailabilityDayRecord write(Event.AvailabilityRestored event, NameTable names) {
        var record =
                AvailabilityDayRecord.newBuilder()
                        .setDaySeconds(event.day().getEpochSecond())
                        .setSpent(event.spent().millionths())
                        .addAllNodes(nodes(event.parts(), names))
                        .addAllParts(event.parts().values())
                        .setRunningSeconds(event.running().getEpochSecond());
        for (Event.AvailabilityRestored.Stay stay : event.stays()) {
            record.addStayNodes(names.number(stay.node().value()))
                    .addStayOwners(names.number(stay.owner().value()))
                    .addStayParts(stay.parts())
                    .addStayPresent(stay.present());
        }
        for (Event.AvailabilityCounted.Failed failed : event.failed()) {
            record.addFailedNodes(names.number(failed.node().value()))
                    .addFailedPeriodSeconds(failed.period().getEpochSecond());
        }
        for (Event.AvailabilityRestored.Unpaid unpaid : event.unpaid()) {
            var its =
                    UnpaidRecord.newBuilder()
                            .setPeriodSeconds(unpaid.period().getEpochSecond())
                            .setBudget(unpaid.budget().millionths());
            unpaid.asked().ifPresent(asked -> its.setAsked(asked.millionths()));
            unpaid.stood().forEach(stood -> its.addStood(write(stood, names)));
            record.addUnpaid(its);
        }
        return record.build();
    }

    static Event.AvailabilityRestored read(AvailabilityDayRecord record, Names names) {
        sameLength(record.getStayNodesCount(), record.getStayOwnersCount());
        sameLength(record.getStayNodesCount(), record.getStayPartsCount());
        sameLength(record.getStayNodesCount(), record.getStayPresentCount());
        var stays = new ArrayList<Event.AvailabilityRestored.Stay>();
        for (int i = 0; i < record.getStayNodesCount(); i++) {
            stays.add(
                    new Event.AvailabilityRestored.Stay(
                            names.node(record.getStayNodes(i)),
                            names.owner(record.getStayOwners(i)),
                            record.getStayParts(i),
                            record.getStayPresent(i)));
        }
        return new Event.AvailabilityRestored(
                Instant.ofEpochSecond(record.getDaySeconds()),
                new Money(record.getSpent()),
                devices(record.getNodesList(), record.getPartsList(), names),
                Instant.ofEpochSecond(record.getRunningSeconds()),
                stays,
                failed(record.getFailedNodesList(), record.getFailedPeriodSecondsList(), names),
                record.getUnpaidList().stream().map(unpaid -> read(unpaid, names)).toList());
    }

    private static Event.AvailabilityRestored.Unpaid read(UnpaidRecord record, Names names) {
        return new Event.AvailabilityRestored.Unpaid(
                Instant.ofEpochSecond(record.getPeriodSeconds()),
                record.hasAsked() ? Optional.of(new Money(record.getAsked())) : Optional.empty(),
                new Money(record.getBudget()),
                stood(record.getStoodList(), names));
    }

    private static StoodRecord write(Event.AvailabilityPaid.Stood stood, NameTable names) {
        var record =
                StoodRecord.newBuilder()
                        .setOwner(names.number(stood.owner().value()))
                        .addAllNodes(nodes(stood.devices(), names))
                        .addAllParts(stood.devices().values());
        stood.payment()
                .ifPresent(payment -> record.setPayment(MoneyCodec.write(payment, "", "", names)));
        return record.build();
    }

    private static List<Event.AvailabilityPaid.Stood> stood(
            List<StoodRecord> records, Names names) {
        var stood = new ArrayList<Event.AvailabilityPaid.Stood>();
        for (StoodRecord its : records) {
            stood.add(
                    new Event.AvailabilityPaid.Stood(
                            names.owner(its.getOwner()),
                            devices(its.getNodesList(), its.getPartsList(), names),
                            its.hasPayment()
                                    ? Optional.of(MoneyCodec.read(its.getPayment(), "", "", names))
                                    : Optional.empty()));
        }
        return stood;
    }

    private static List<Event.AvailabilityCounted.Failed> failed(
            List<Integer> nodes, List<Long> periods, Names names) {
        sameLength(nodes.size(), periods.size());
        var failed = new ArrayList<Event.AvailabilityCounted.Failed>();
        for (int i = 0; i < nodes.size(); i++) {
            failed.add(
                    new Event.AvailabilityCounted.Failed(
                            names.node(nodes.get(i)), Instant.ofEpochSecond(periods.get(i))));
        }
        return failed;
    }

    private static void sameLength(int devices, int others) {
        if (devices != others) {
            throw new IllegalArgumentException(
                    "every device has one entry in each list, found "
                            + devices
                            + " devices and "
                            + others
                            + " entries");
        }
    }

    private static List<Integer> nodes(SortedMap<NodeId, Integer> devices, NameTable names) {
        return devices.keySet().stream().map(node -> names.number(node.value())).toList();
    }

    private static SortedMap<NodeId, Integer> devices(
            List<Integer> nodes, List<Integer> parts, Names names) {
        sameLength(nodes.size(), parts.size());
        var devices = new TreeMap<NodeId, Integer>();
        for (int i = 0; i < nodes.size(); i++) {
            devices.put(names.node(nodes.get(i)), parts.get(i));
        }
        return devices;
    }
}
