package org.idlefleet.cli.demo;

import java.util.ArrayList;
import java.util.List;

/** What the demo claims, each with whether it held. */
final class Claims {
    private final Screen screen;
    private final List<String> broken = new ArrayList<>();

    Claims(Screen screen) {
        this.screen = screen;
    }

    /** Says it, and remembers it if it did not hold. */
    void claim(boolean held, String sentence) {
        screen.say((held ? "  ok     " : "  BROKEN ") + sentence);
        if (!held) {
            broken.add(sentence);
        }
    }

    /** Every claim held. */
    boolean hold() {
        return broken.isEmpty();
    }

    /** Those that did not. */
    List<String> broken() {
        return List.copyOf(broken);
    }
}
