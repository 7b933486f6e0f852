package org.idlefleet.edge.adapter.scan;

import org.idlefleet.edge.adapter.scan.Refusal.Reason;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files beside a graph in which its weights may lie: those that the manifest names as external
 * data, and nothing else, whatever the graph asks for.
 *
 * @param sizes bytes of each file, by its plain name
 */
record ExternalData(Map<String, Long> sizes) {
    private static final Set<String> KEYS = Set.of("location", "offset", "length", "checksum");

    ExternalData {
        sizes = Map.copyOf(sizes);
    }

    /**
     * Refuses entries that do not name a file of the manifest and a place in it.
     *
     * @param bytes what the tensor takes
     */
    void check(Wire in, List<String[]> entries, long bytes) throws RefusedException {
        String location = "";
        long offset = 0;
        long length = bytes;
        for (int i = 0; i < entries.size(); i++) {
            String key = entries.get(i)[0];
            boolean again = entries.subList(0, i).stream().anyMatch(e -> e[0].equals(key));
            if (!KEYS.contains(key) || again) {
                throw in.refused(
                        Reason.EXTERNAL_DATA,
                        "external_data has location, offset, length, checksum, each once; found '"
                                + key
                                + "'");
            }
            String value = entries.get(i)[1];
            switch (key) {
                case "location" -> location = value;
                case "offset" -> offset = number(in, key, value);
                case "length" -> length = number(in, key, value);
                default -> {}
            }
        }
        Long size = sizes.get(location);
        if (size == null) {
            throw in.refused(
                    Reason.EXTERNAL_DATA,
                    "weights may lie in files that the manifest names as external data "
                            + sizes.keySet().stream().sorted().toList()
                            + ", found '"
                            + location
                            + "'");
        }
        if (length != bytes || offset > size - bytes) {
            throw in.refused(
                    Reason.EXTERNAL_DATA,
                    "the tensor takes "
                            + bytes
                            + " bytes; found "
                            + length
                            + " at offset "
                            + offset
                            + " of "
                            + location
                            + " with "
                            + size
                            + " bytes");
        }
    }

    private static long number(Wire in, String key, String text) throws RefusedException {
        if (!text.matches("[0-9]{1,18}")) {
            throw in.refused(
                    Reason.EXTERNAL_DATA,
                    key + " is a number of up to 18 digits, found '" + text + "'");
        }
        return Long.parseLong(text);
    }
}
