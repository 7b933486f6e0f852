package org.idlefleet.ledger.adapter.policy;

import org.idlefleet.ledger.Money;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
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
            @Nullable Map<String, Reference> reference,
            @Nullable List<Tariff> electricity,
            @Nullable Wear wear,
            @Nullable Backing backing,
            @Nullable Quick quickReturn,
            @Nullable List<Surge> surge,
            @Nullable Availability availability) {}

    private record Tariff(
            @Nullable String region,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable Set<DayOfWeek> days,
            long microsPerKwh) {}

    private record Reference(long microsPerUnit, int watts) {}

    private record Backing(@Nullable List<Party> floor, @Nullable List<Party> bonus) {}

    private record Wear(long batteryMicrosPerKwh, long acceleratorMicrosPerHour) {}

    private record Quick(long withinMs, int ppm) {}

    private record Surge(
            @Nullable String region,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable Set<DayOfWeek> days,
            int ppm) {}

    private record Availability(long microsPerHour, int hoursPerDay, @Nullable Long budgetPerDay) {}

    /** A policy as a text that {@link #parse} reads as the same policy; comments are gone. */
    public static String text(PayPolicy policy) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("version", policy.version());
        put(root, "prices", policy.prices());
        var shares = new LinkedHashMap<String, Object>();
        policy.shares()
                .shares()
                .forEach(share -> shares.put(word(share.party()), share.partsPerMillion()));
        root.put("shares", shares);
        root.put("remainder", word(policy.shares().remainder()));
        var zones = new LinkedHashMap<String, Object>();
        policy.zones().forEach((region, zone) -> zones.put(region, zone.getId()));
        put(root, "regions", zones);
        put(root, "reference", policy.references());
        root.put(
                "electricity",
                policy.rates().tariffs().stream()
                        .map(tariff -> hours(tariff.hours(), "microsPerKwh", tariff.microsPerKwh()))
                        .toList());
        root.put(
                "wear",
                new Wear(
                        policy.rates().batteryMicrosPerKwh(),
                        policy.rates().acceleratorMicrosPerHour()));
        root.put(
                "backing",
                Map.of(
                        "floor",
                        policy.backing().floor().stream().map(PolicyFile::word).toList(),
                        "bonus",
                        policy.backing().bonus().stream().map(PolicyFile::word).toList()));
        root.put(
                "quickReturn",
                new Quick(
                        policy.quickReturn().within().toMillis(),
                        policy.quickReturn().partsPerMillion()));
        root.put(
                "surge",
                policy.surges().stream()
                        .map(surge -> hours(surge.hours(), "ppm", surge.partsPerMillion()))
                        .toList());
        PayPolicy.Availability available = policy.availability();
        root.put(
                "availability",
                new Availability(
                        available.microsPerHour(),
                        available.hoursPerDay(),
                        available.budgetPerDay().millionths()));
        return YAML.writeValueAsString(root).replaceFirst("^---\n", "");
    }

    private static void put(Map<String, Object> root, String key, Map<?, ?> map) {
        if (!map.isEmpty()) {
            root.put(key, map);
        }
    }

    private static Map<String, Object> hours(Hours hours, String key, long value) {
        var line = new LinkedHashMap<String, Object>();
        if (!hours.region().isEmpty()) {
            line.put("region", hours.region());
        }
        if (hours.from() != 0 || hours.to() != 24) {
            line.put("from", hours.from());
            line.put("to", hours.to());
        }
        if (!hours.days().isEmpty()) {
            line.put(
                    "days",
                    hours.days().stream().map(day -> day.name().toLowerCase(Locale.ROOT)).toList());
        }
        line.put(key, value);
        return line;
    }

    private static String word(Party party) {
        return party.name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws IllegalArgumentException if the text is no policy; the message says where and why
     */
    public static PayPolicy parse(String yaml) {
        try {
            @Nullable Text text = YAML.readValue(yaml, Text.class);
            if (text == null || text.shares() == null) {
                throw new IllegalArgumentException("expected version and shares");
            }
            return policy(text, orEmpty(text.prices()), text.shares());
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
                references(text),
                new Rates(
                        orEmpty(text.electricity()).stream().map(PolicyFile::tariff).toList(),
                        wear.batteryMicrosPerKwh(),
                        wear.acceleratorMicrosPerHour()),
                backing(text.backing()),
                quick == null
                        ? PayPolicy.QuickReturn.NONE
                        : new PayPolicy.QuickReturn(
                                Duration.ofMillis(quick.withinMs()), quick.ppm()),
                orEmpty(text.surge()).stream().map(PolicyFile::surge).toList(),
                available == null
                        ? PayPolicy.Availability.NONE
                        : new PayPolicy.Availability(
                                available.microsPerHour(),
                                available.hoursPerDay(),
                                budget(available)));
    }

    private static Money budget(Availability available) {
        if (available.budgetPerDay() == null && available.microsPerHour() > 0) {
            throw new IllegalArgumentException(
                    "availability needs budgetPerDay: what all owners together get in a day at the"
                            + " most, in micro-credits");
        }
        return new Money(available.budgetPerDay() == null ? 0 : available.budgetPerDay());
    }

    private static SortedMap<String, PayPolicy.Reference> references(Text text) {
        var references = new TreeMap<String, PayPolicy.Reference>();
        orEmpty(text.reference())
                .forEach((model, reference) ->
                        references.put(
                                model,
                                new PayPolicy.Reference(
                                        reference.microsPerUnit(), reference.watts())));
        return references;
    }

    private static PayPolicy.Backing backing(@Nullable Backing text) {
        PayPolicy.Backing usual = PayPolicy.Backing.USUAL;
        return text == null
                ? usual
                : new PayPolicy.Backing(
                        text.floor() == null ? usual.floor() : text.floor(),
                        text.bonus() == null ? usual.bonus() : text.bonus());
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
