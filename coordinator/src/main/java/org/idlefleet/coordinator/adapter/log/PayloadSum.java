package org.idlefleet.coordinator.adapter.log;

import java.util.zip.CRC32C;

/** The checksum beside a payload in the file. */
final class PayloadSum {
    private PayloadSum() {}

    static long of(byte[] payload) {
        var sum = new CRC32C();
        sum.update(payload);
        return sum.getValue();
    }

    static byte[] checked(byte[] payload, long expected, String place) {
        if (of(payload) != expected) {
            throw LogException.damaged(place, "its checksum does not match", null);
        }
        return payload;
    }
}
