package org.idlefleet.edge.gate;

/**
 * What one rule says now.
 *
 * @param holds whether the rule lets the device compute
 * @param text value, age and threshold, in words an owner reads
 */
public record Finding(String rule, boolean holds, String text) {}
