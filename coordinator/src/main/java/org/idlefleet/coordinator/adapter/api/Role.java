package org.idlefleet.coordinator.adapter.api;

import java.util.Locale;

/** What an operator's key may do. Every operator may look; roles say what else. */
enum Role {
    /** Look at everything. */
    READ,
    /** Change what can be changed: nodes, clients, models, money; propose payouts and send them. */
    OPERATE,
    /** Release payouts that another operator proposed. */
    APPROVE,
    /** Make and revoke operators' keys: the key in {@code admin.key} alone. */
    ADMIN;

    /** As it is written outside. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
