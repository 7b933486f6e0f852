package org.idlefleet.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A person's word as part of a URL's path. */
final class PathPart {
    private PathPart() {}

    static String of(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
