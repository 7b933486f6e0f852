package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.OwnerTerms;
import org.idlefleet.coordinator.adapter.log.wire.ContributorRecord;
import org.idlefleet.coordinator.adapter.log.wire.HoursRecord;
import org.idlefleet.coordinator.adapter.log.wire.OwnerTermsRecord;
import org.idlefleet.coordinator.adapter.log.wire.PolicyRecord;
import org.idlefleet.coordinator.adapter.log.wire.ReferenceRecord;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Share;
import org.idlefleet.ledger.policy.Contributor;
import org.idlefleet.ledger.policy.Effort;
import org.idlefleet.ledger.policy.Hours;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.policy.Rates;
import org.idlefleet.protocol.OwnerId;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** Policies, terms of owners, and what payments followed from, as records and back. */
final class PayCodec {
    /** By their numbers in the log, which no later release changes. */
    private static final List<Party> PARTIES =
            List.of(
                    Party.OWNER,
                    Party.PLATFORM,
                    Party.VERIFICATION,
                    Party.AUDITORS,
                    Party.FLEET,
                    Party.REFERRER);

    private PayCodec() {}

    static PolicyRecord write(Event.PolicySet set) {
        PayPolicy policy = set.policy();
        var record =
                PolicyRecord.newBuilder()
                        .setVersion(policy.version())
                        .putAllPrices(policy.prices())
                        .setRemainder(number(policy.shares().remainder()))
                        .setBatteryMicrosPerKwh(policy.rates().batteryMicrosPerKwh())
                        .setAcceleratorMicrosPerHour(policy.rates().acceleratorMicrosPerHour())
                        .setQuickWithinNanos(policy.quickReturn().within().toNanos())
                        .setQuickPpm(policy.quickReturn().partsPerMillion())
                        .setAvailableMicrosPerHour(policy.availability().microsPerHour())
                        .setAvailableHoursPerDay(policy.availability().hoursPerDay())
                        .setAvailableBudgetPerDay(policy.availability().budgetPerDay().millionths())
                        .setDivided(set.divided().millionths());
        for (Share share : policy.shares().shares()) {
            record.addParties(number(share.party())).addSharesPpm(share.partsPerMillion());
        }
        policy.zones().forEach((region, zone) -> record.putZones(region, zone.getId()));
        policy.references()
                .forEach((model, reference) ->
                        record.putReferences(
                                model,
                                ReferenceRecord.newBuilder()
                                        .setMicrosPerUnit(reference.microsPerUnit())
                                        .setWatts(reference.watts())
                                        .build()));
        policy.rates().tariffs().forEach(tariff -> record.addTariffs(write(tariff)));
        policy.backing().floor().forEach(party -> record.addFloorFrom(number(party)));
        policy.backing().bonus().forEach(party -> record.addBonusFrom(number(party)));
        policy.surges()
                .forEach(surge -> record.addSurges(write(surge.hours(), surge.partsPerMillion())));
        return record.build();
    }

    static Event.PolicySet read(PolicyRecord record, Instant at) {
        var shares = new ArrayList<Share>();
        for (int i = 0; i < record.getPartiesCount(); i++) {
            shares.add(new Share(party(record.getParties(i)), record.getSharesPpm(i)));
        }
        var zones = new TreeMap<String, ZoneId>();
        record.getZonesMap().forEach((region, zone) -> zones.put(region, ZoneId.of(zone)));
        var references = new TreeMap<String, PayPolicy.Reference>();
        record.getReferencesMap()
                .forEach((model, reference) ->
                        references.put(
                                model,
                                new PayPolicy.Reference(
                                        reference.getMicrosPerUnit(), reference.getWatts())));
        var policy =
                new PayPolicy(
                        new TreeMap<>(record.getPricesMap()),
                        new RevenueShare(record.getVersion(), shares, party(record.getRemainder())),
                        zones,
                        references,
                        new Rates(
                                tariffs(record.getTariffsList()),
                                record.getBatteryMicrosPerKwh(),
                                record.getAcceleratorMicrosPerHour()),
                        new PayPolicy.Backing(
                                record.getFloorFromList().stream().map(PayCodec::party).toList(),
                                record.getBonusFromList().stream().map(PayCodec::party).toList()),
                        new PayPolicy.QuickReturn(
                                Duration.ofNanos(record.getQuickWithinNanos()),
                                record.getQuickPpm()),
                        record.getSurgesList().stream()
                                .map(surge ->
                                        new PayPolicy.Surge(
                                                hours(surge), Math.toIntExact(surge.getAmount())))
                                .toList(),
                        new PayPolicy.Availability(
                                record.getAvailableMicrosPerHour(),
                                record.getAvailableHoursPerDay(),
                                new Money(record.getAvailableBudgetPerDay())));
        return new Event.PolicySet(policy, Money.ofMillionths(record.getDivided()), at);
    }

    static OwnerTermsRecord write(Event.OwnerTermsSet set, NameTable names) {
        OwnerTerms terms = set.terms();
        var record =
                OwnerTermsRecord.newBuilder()
                        .setOwner(names.number(set.owner().value()))
                        .setRegion(terms.region());
        terms.fleet().ifPresent(fleet -> record.setFleet(names.number(fleet.value())));
        terms.referrer().ifPresent(owner -> record.setReferrer(names.number(owner.value())));
        terms.electricity().forEach(tariff -> record.addElectricity(write(tariff)));
        return record.build();
    }

    static Event.OwnerTermsSet read(OwnerTermsRecord record, Instant at, Names names) {
        return new Event.OwnerTermsSet(
                names.owner(record.getOwner()),
                new OwnerTerms(
                        record.getRegion(),
                        owner(record.hasFleet(), record.getFleet(), names),
                        owner(record.hasReferrer(), record.getReferrer(), names),
                        tariffs(record.getElectricityList())),
                at);
    }

    static ContributorRecord write(Contributor contributor, NameTable names) {
        Effort effort = contributor.effort();
        var record =
                ContributorRecord.newBuilder()
                        .setOwner(names.number(contributor.owner()))
                        .setRegion(contributor.region())
                        .setJoules(effort.joules())
                        .setBatteryJoules(effort.batteryJoules())
                        .setAcceleratorMillis(effort.acceleratorMillis());
        contributor.fleet().ifPresent(fleet -> record.setFleet(names.number(fleet)));
        contributor.referrer().ifPresent(owner -> record.setReferrer(names.number(owner)));
        contributor.microsPerKwh().ifPresent(record::setMicrosPerKwh);
        contributor.turnaround().ifPresent(taken -> record.setTurnaroundNanos(taken.toNanos()));
        return record.build();
    }

    static List<Contributor> read(List<ContributorRecord> records, Names names) {
        if (records.isEmpty()) {
            return List.of();
        }
        var contributors = new ArrayList<Contributor>(records.size());
        for (ContributorRecord record : records) {
            contributors.add(
                    new Contributor(
                            names.owner(record.getOwner()).value(),
                            record.getRegion(),
                            owner(record.hasFleet(), record.getFleet(), names).map(OwnerId::value),
                            owner(record.hasReferrer(), record.getReferrer(), names)
                                    .map(OwnerId::value),
                            new Effort(
                                    record.getJoules(),
                                    record.getBatteryJoules(),
                                    record.getAcceleratorMillis()),
                            record.hasMicrosPerKwh()
                                    ? OptionalLong.of(record.getMicrosPerKwh())
                                    : OptionalLong.empty(),
                            record.hasTurnaroundNanos()
                                    ? Optional.of(Duration.ofNanos(record.getTurnaroundNanos()))
                                    : Optional.empty()));
        }
        return contributors;
    }

    private static Optional<OwnerId> owner(boolean there, int number, Names names) {
        return there ? Optional.of(names.owner(number)) : Optional.empty();
    }

    private static HoursRecord write(Rates.Tariff tariff) {
        return write(tariff.hours(), tariff.microsPerKwh());
    }

    private static HoursRecord write(Hours hours, long amount) {
        var record =
                HoursRecord.newBuilder()
                        .setRegion(hours.region())
                        .setFrom(hours.from())
                        .setTo(hours.to())
                        .setAmount(amount);
        hours.days().forEach(day -> record.addDays(day.getValue()));
        return record.build();
    }

    private static List<Rates.Tariff> tariffs(List<HoursRecord> records) {
        return records.stream()
                .map(record -> new Rates.Tariff(hours(record), record.getAmount()))
                .toList();
    }

    private static Hours hours(HoursRecord record) {
        var days = new TreeSet<DayOfWeek>();
        record.getDaysList().forEach(day -> days.add(DayOfWeek.of(day)));
        return new Hours(record.getRegion(), record.getFrom(), record.getTo(), days);
    }

    private static int number(Party party) {
        return PARTIES.indexOf(party);
    }

    private static Party party(int number) {
        if (number < 0 || number >= PARTIES.size()) {
            throw new IllegalArgumentException("this release does not know party " + number);
        }
        return PARTIES.get(number);
    }
}
