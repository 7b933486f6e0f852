package org.idlefleet.edge.adapter.diary;

import org.idlefleet.edge.adapter.config.CostsConfig;
import org.idlefleet.edge.diary.Diary;
import org.idlefleet.edge.diary.ParkSession;
import org.idlefleet.edge.diary.Usage;
import org.idlefleet.protocol.adapter.Json;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The diary in sums, as JSON for commands and the owner's page. Money is in whole millionths. */
public final class DiaryReport {
    private static final int SESSIONS = 50;

    private DiaryReport() {}

    /**
     * Sums of today, 7 and 30 days, and the newest park sessions.
     *
     * @param zone whose days they are
     */
    public static ObjectNode json(Diary diary, CostsConfig costs, ZoneId zone, Instant now) {
        ObjectNode root = Json.object();
        root.put("currency", costs.currency()).put("zone", zone.getId());
        ObjectNode periods = root.putObject("periods");
        periods(diary, zone, now)
                .forEach((name, usage) -> put(periods.putObject(name), usage, costs));
        ArrayNode sessions = root.putArray("sessions");
        for (ParkSession session : diary.sessions(SESSIONS)) {
            ObjectNode one = sessions.addObject();
            one.put("number", session.number());
            one.put("start", session.start().toString()).put("end", session.end().toString());
            one.put("reason", session.reason().orElse(""));
            put(one, session.usage(), costs);
        }
        return root;
    }

    private static Map<String, Usage> periods(Diary diary, ZoneId zone, Instant now) {
        var periods = new LinkedHashMap<String, Usage>();
        for (int days : List.of(1, 7, 30)) {
            periods.put(days == 1 ? "today" : days + " days", diary.lastDays(days, zone, now));
        }
        return periods;
    }

    private static void put(ObjectNode into, Usage usage, CostsConfig costs) {
        long earned = Math.round(usage.earnedMicros() * costs.perCredit());
        into.put("parkMillis", usage.parkMillis())
                .put("computeMillis", usage.computeMillis())
                .put("unmeteredMillis", usage.unmeteredMillis())
                .put("energyMillijoules", usage.energyMillijoules())
                .put("estimatedMillijoules", usage.estimatedMillijoules())
                .put("batteryMillijoules", usage.batteryMillijoules())
                .put("sentBytes", usage.sentBytes())
                .put("receivedBytes", usage.receivedBytes())
                .put("shards", usage.shards())
                .put("earnedMicroCredits", usage.earnedMicros())
                .put("earnedMicros", earned)
                .put("electricityMicros", usage.electricityMicros())
                .put("wearMicros", usage.wearMicros())
                .put("netMicros", earned - usage.electricityMicros() - usage.wearMicros());
    }
}
