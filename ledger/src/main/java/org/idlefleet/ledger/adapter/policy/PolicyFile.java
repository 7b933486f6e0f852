package org.idlefleet.ledger.adapter.policy;

import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Share;
import org.idlefleet.ledger.policy.Hours;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.policy.Rates;
import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A {@link PayPolicy} as a YAML text. An unknown key, a key given twice or a share too few is an
 * error with its place; amounts are whole micro-credits, shares are parts per million.
 */
public final class PolicyFile {
    private static final YAMLMapper YAML =
            YAMLMapper.builder(
                            YAMLFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .build();

    private PolicyFile() {}

    private record Text(
            int version,
            @Nullable Map<String, Long> prices,
            @Nullable Map<Party, Integer> shares,
            @Nullable Party remainder,
            @Nullable Map<String, String> regions,
            @Nullable List<Tariff> electricity,
            @Nullable Wear wear,
            @Nullable Quick quickReturn,
            @Nullable List<Surge> surge,
            @Nullable Availability availability) {}

    private record Tariff(
            @Nullable String region,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable Set<DayOfWeek> days,
            long microsPerKwh) {}

    private record Wear(long batteryMicrosPerKwh, long acceleratorMicrosPerHour) {}

    private record Quick(long withinMs, int ppm) {}

    private record Surge(
            @Nullable String region,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable Set<DayOfWeek> days,
            int ppm) {}

    private record Availability(long microsPerHour, int hoursPerDay) {}

    /**
     * @throws IllegalArgumentException if the text is no policy; the message says where and why
     */
    public static PayPolicy parse(String yaml) {
        try {
            @Nullable Text text = YAML.readValue(yaml, Text.class);
            if (text == null || text.prices() == null || text.shares() == null) {
                throw new IllegalArgumentException("expected version, prices and shares");
            }
            return policy(text, text.prices(), text.shares());
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the policy file" + place(e), e);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "the policy file: regions: expected a time zone such as Europe/Berlin: "
                            + e.getMessage(),
                    e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the policy file: " + e.getMessage(), e);
        }
    }

    private static String place(JacksonException e) {
        String line =
                e.getLocation() == null || e.getLocation().getLineNr() < 1
                        ? ""
                        : ", line " + e.getLocation().getLineNr();
        String path =
                e instanceof DatabindException bound && !bound.getPath().isEmpty()
                        ? ", key " + bound.getPath().getLast().getPropertyName()
                        : "";
        return line + path + ": " + e.getOriginalMessage();
    }

    private static PayPolicy policy(
            Text text, Map<String, Long> prices, Map<Party, Integer> parts) {
        var zones = new TreeMap<String, ZoneId>();
        orEmpty(text.regions()).forEach((region, zone) -> zones.put(region, ZoneId.of(zone)));
        Wear wear = text.wear() == null ? new Wear(0, 0) : text.wear();
        Quick quick = text.quickReturn();
        Availability available = text.availability();
        return new PayPolicy(
                new TreeMap<>(prices),
                shares(text, parts),
                zones,
                new Rates(
                        orEmpty(text.electricity()).stream().map(PolicyFile::tariff).toList(),
                        wear.batteryMicrosPerKwh(),
                        wear.acceleratorMicrosPerHour()),
                quick == null
                        ? PayPolicy.QuickReturn.NONE
                        : new PayPolicy.QuickReturn(
                                Duration.ofMillis(quick.withinMs()), quick.ppm()),
                orEmpty(text.surge()).stream().map(PolicyFile::surge).toList(),
                available == null
                        ? PayPolicy.Availability.NONE
                        : new PayPolicy.Availability(
                                available.microsPerHour(), available.hoursPerDay()));
    }

    private static RevenueShare shares(Text text, Map<Party, Integer> parts) {
        var shares = new EnumMap<Party, Integer>(Party.class);
        shares.putAll(parts);
        return new RevenueShare(
                text.version(),
                shares.entrySet().stream()
                        .map(share -> new Share(share.getKey(), share.getValue()))
                        .toList(),
                text.remainder() == null ? Party.PLATFORM : text.remainder());
    }

    private static Rates.Tariff tariff(Tariff tariff) {
        return new Rates.Tariff(
                hours(tariff.region(), tariff.from(), tariff.to(), tariff.days()),
                tariff.microsPerKwh());
    }

    private static PayPolicy.Surge surge(Surge surge) {
        return new PayPolicy.Surge(
                hours(surge.region(), surge.from(), surge.to(), surge.days()), surge.ppm());
    }

    private static Hours hours(
            @Nullable String region,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable Set<DayOfWeek> days) {
        return new Hours(
                region == null ? "" : region,
                from == null ? 0 : from,
                to == null ? 24 : to,
                days == null ? new TreeSet<>() : new TreeSet<>(days));
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static <K, V> Map<K, V> orEmpty(@Nullable Map<K, V> map) {
        return map == null ? Map.of() : map;
    }
}
