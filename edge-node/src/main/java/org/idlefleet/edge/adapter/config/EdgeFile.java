package org.idlefleet.edge.adapter.config;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The configuration as it is written, with its defaults; {@link EdgeConfig} is what it means. */
record EdgeFile(
        Node node,
        Uplink uplink,
        Engine engine,
        Models models,
        Signals signals,
        SortedMap<String, Object> rules,
        Costs costs,
        Page page,
        Webhook webhook,
        Updates updates,
        Faults faults) {
    record Node(String data, String coordinator, String drainLimit) {}

    record Uplink(String retryMin, String retryMax, String welcomeLimit) {}

    /**
     * @param slots 0 means twice the lanes
     */
    record Engine(
            String provider,
            SortedMap<String, String> options,
            int threads,
            int lanes,
            int slots,
            String memory,
            int nice,
            boolean controlGroup,
            String sandbox) {}

    record Models(
            String quota,
            String keepFree,
            String bytesPerSecond,
            String unmeteredOnly,
            String trustRoots,
            String trustMetadata) {}

    record Signals(
            String every,
            String everySafety,
            String linux,
            String sys,
            String proc,
            String dev,
            String bus,
            String trace,
            Home home,
            Kuksa kuksa,
            Mqtt mqtt) {}

    /**
     * @param radius metres within which the device comes home
     * @param leave metres beyond which it is away again
     */
    record Home(String latitude, String longitude, double radius, double leave) {}

    record Kuksa(
            String address,
            String ca,
            String serverName,
            String token,
            String vss,
            List<String> quantities,
            List<String> steady,
            String stale,
            String staleOther) {}

    /**
     * @param plain whether user and password may go over a network without TLS
     */
    record Mqtt(
            String address,
            String ca,
            String serverName,
            String user,
            String password,
            boolean plain,
            List<Topic> topics) {}

    /** What is not written is null in the file, and empty here. */
    record Topic(
            String signal,
            String topic,
            String pointer,
            String scale,
            String offset,
            List<String> yes,
            List<String> no,
            String latitude,
            String longitude,
            String accuracy,
            String alive,
            String aliveWord,
            String stale,
            String retained) {
        Topic {
            signal = said(signal, "");
            topic = said(topic, "");
            pointer = said(pointer, "");
            scale = said(scale, "1");
            offset = said(offset, "0");
            yes = yes == null ? List.of() : List.copyOf(yes);
            no = no == null ? List.of() : List.copyOf(no);
            latitude = said(latitude, "");
            longitude = said(longitude, "");
            accuracy = said(accuracy, "");
            alive = said(alive, "");
            aliveWord = said(aliveWord, "online");
            stale = said(stale, "");
            retained = said(retained, "false");
        }

        private static String said(@Nullable String text, String usual) {
            return text == null ? usual : text;
        }
    }

    record Costs(
            String currency,
            double perKwh,
            double watts,
            double awakeWatts,
            double wearPerHour,
            double batteryWearPerKwh,
            double perCredit) {}

    record Page(boolean enabled, int port) {}

    record Webhook(String url, String secret) {}

    record Updates(boolean check) {}

    record Faults(double lie, String delay) {}

    static EdgeFile defaults() {
        return new EdgeFile(
                new Node("", "", "20s"),
                new Uplink("1s", "1m", "15s"),
                new Engine("auto", new TreeMap<>(), 1, 1, 0, "2GiB", 10, true, "auto"),
                new Models("10GiB", "1GiB", "4MiB", "auto", "", ""),
                new Signals(
                        "500ms",
                        "150ms",
                        "auto",
                        "/sys",
                        "/proc",
                        "/dev",
                        "auto",
                        "",
                        HomeConfig.defaults(),
                        KuksaConfig.defaults(),
                        MqttConfig.defaults()),
                RulesConfig.defaults(),
                new Costs("EUR", 0, 0, 0, 0, 0, 1),
                new Page(true, 7480),
                new Webhook("", ""),
                new Updates(true),
                new Faults(0, "0s"));
    }
}
