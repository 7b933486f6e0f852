package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.CoordinatorMessage.Availability;
import org.idlefleet.protocol.CoordinatorMessage.Honesty;
import org.idlefleet.protocol.CoordinatorMessage.Outvote;
import org.idlefleet.protocol.CoordinatorMessage.Speed;
import org.idlefleet.protocol.CoordinatorMessage.Standing;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.wire.CoordinatorMsg;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An owner's standing, as {@code CoordinatorMsg.Standing} and back. */
final class StandingFields {
    /** The end of the year 9999: what a date can be written as. */
    private static final long LAST_MILLIS = 253_402_300_799_999L;

    private StandingFields() {}

    static CoordinatorMsg.Standing of(Standing standing) {
        Honesty honesty = standing.honesty();
        var availability = standing.availability();
        return CoordinatorMsg.Standing.newBuilder()
                .setState(
                        switch (standing.state()) {
                            case WARM_UP -> CoordinatorMsg.Standing.State.WARM_UP;
                            case GOOD -> CoordinatorMsg.Standing.State.GOOD;
                            case PROBATION -> CoordinatorMsg.Standing.State.PROBATION;
                            case CONVICTED -> CoordinatorMsg.Standing.State.CONVICTED;
                        })
                .setTrusted(standing.trusted())
                .setSinceMs(standing.since().map(Instant::toEpochMilli).orElse(0L))
                .setProbationUntilMs(
                        standing.probationUntil().map(Instant::toEpochMilli).orElse(0L))
                .setResults(honesty.results())
                .setAgreed(honesty.agreed())
                .setInconclusive(honesty.inconclusive())
                .setOutvoted(honesty.outvoted())
                .setWarmUpChecks(honesty.warmUpChecks())
                .setRecentShare(honesty.recentShare())
                .setRingersPassed(honesty.ringersPassed())
                .setRingersFailed(honesty.ringersFailed())
                .setDrawn(honesty.drawn())
                .setAudited(honesty.audited())
                .setAuditsOpen(honesty.auditsOpen())
                .addAllOutvotes(honesty.outvotes().stream().map(StandingFields::outvote).toList())
                .setAnswered(availability.answered())
                .setReleased(availability.released())
                .setLost(availability.lost())
                .setRefused(availability.refused())
                .setExpectedMicros(standing.speed().expected().toNanos() / 1_000)
                .setTakenMicros(standing.speed().taken().toNanos() / 1_000)
                .build();
    }

    static Standing read(CoordinatorMsg.Standing m) throws WireException {
        double share = m.getRecentShare();
        if (!(share >= 0 && share <= 1)) {
            throw new WireException("earnings.standing.recent_share", "is 0 to 1, found " + share);
        }
        return new Standing(
                state(m.getStateValue()),
                instant("since_ms", m.getSinceMs()),
                instant("probation_until_ms", m.getProbationUntilMs()),
                m.getTrusted(),
                new Honesty(
                        count("results", m.getResults()),
                        count("agreed", m.getAgreed()),
                        count("inconclusive", m.getInconclusive()),
                        count("outvoted", m.getOutvoted()),
                        count("warm_up_checks", m.getWarmUpChecks()),
                        share,
                        count("ringers_passed", m.getRingersPassed()),
                        count("ringers_failed", m.getRingersFailed()),
                        count("drawn", m.getDrawn()),
                        count("audited", m.getAudited()),
                        count("audits_open", m.getAuditsOpen()),
                        outvotes(m)),
                new Availability(
                        count("answered", m.getAnswered()),
                        count("released", m.getReleased()),
                        count("lost", m.getLost()),
                        count("refused", m.getRefused())),
                new Speed(
                        micros("expected_micros", m.getExpectedMicros()),
                        micros("taken_micros", m.getTakenMicros())));
    }

    private static CoordinatorMsg.Standing.Outvote outvote(Outvote outvote) {
        return CoordinatorMsg.Standing.Outvote.newBuilder()
                .setNode(outvote.node().value())
                .setResult(Fields.lease(outvote.result()))
                .setAtMs(outvote.at().toEpochMilli())
                .build();
    }

    private static List<Outvote> outvotes(CoordinatorMsg.Standing m) throws WireException {
        var outvotes = new ArrayList<Outvote>(m.getOutvotesCount());
        for (CoordinatorMsg.Standing.Outvote outvote : m.getOutvotesList()) {
            String field = "earnings.standing.outvotes";
            outvotes.add(
                    new Outvote(
                            node(field, outvote.getNode()),
                            Fields.lease(field, outvote.hasResult(), outvote.getResult()),
                            Instant.ofEpochMilli(
                                    Fields.between(
                                            field + ".at_ms", 0, outvote.getAtMs(), LAST_MILLIS))));
        }
        return outvotes;
    }

    private static NodeId node(String field, String value) throws WireException {
        try {
            return new NodeId(value);
        } catch (IllegalArgumentException e) {
            throw new WireException(field + ".node", String.valueOf(e.getMessage()));
        }
    }

    private static Standing.State state(int value) throws WireException {
        return switch (value) {
            case CoordinatorMsg.Standing.State.WARM_UP_VALUE -> Standing.State.WARM_UP;
            case CoordinatorMsg.Standing.State.GOOD_VALUE -> Standing.State.GOOD;
            case CoordinatorMsg.Standing.State.PROBATION_VALUE -> Standing.State.PROBATION;
            case CoordinatorMsg.Standing.State.CONVICTED_VALUE -> Standing.State.CONVICTED;
            default ->
                    throw new WireException(
                            "earnings.standing.state", "there is no state " + value);
        };
    }

    private static Optional<Instant> instant(String field, long millis) throws WireException {
        long known = Fields.between("earnings.standing." + field, 0, millis, LAST_MILLIS);
        return known == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(known));
    }

    private static long count(String field, long count) throws WireException {
        return Fields.between("earnings.standing." + field, 0, count, Long.MAX_VALUE);
    }

    private static Duration micros(String field, long micros) throws WireException {
        long most = Long.MAX_VALUE / 1_000;
        return Duration.ofNanos(
                Fields.between("earnings.standing." + field, 0, micros, most) * 1_000);
    }
}
