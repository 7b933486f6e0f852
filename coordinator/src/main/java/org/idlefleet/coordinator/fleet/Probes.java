package org.idlefleet.coordinator.fleet;

import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What nodes of each declared numeric class have shown when they computed the known graph. A class
 * is what most owners show in it, or those whom the operator trusts; a node that shows something
 * else, or of a class in which no two owners show the same yet, is of a class of its own.
 */
final class Probes {
    /** What counts for a node that showed nothing, where others did. */
    private static final String NOTHING = "unprobed";

    /** Owners who show the same make a class, or one who is trusted. */
    private static final int OWNERS = 2;

    /** Most fingerprints remembered of one declared class; more are of classes of their own. */
    private static final int SHOWN_MAX = 64;

    /** Most declared classes remembered. */
    private static final int CLASSES_MAX = 1_024;

    private final Map<NumericClass, TreeMap<String, TreeSet<OwnerId>>> shown = new HashMap<>();
    private final Predicate<OwnerId> trusted;

    Probes(Predicate<OwnerId> trusted) {
        this.trusted = trusted;
    }

    /** An owner's node has shown this. */
    void show(NumericClass numericClass, OwnerId owner) {
        NumericClass declared = numericClass.declared();
        if (shown.size() >= CLASSES_MAX && !shown.containsKey(declared)) {
            return;
        }
        TreeMap<String, TreeSet<OwnerId>> probes =
                shown.computeIfAbsent(declared, _ -> new TreeMap<>());
        if (probes.containsKey(numericClass.probe()) || probes.size() < SHOWN_MAX) {
            probes.computeIfAbsent(numericClass.probe(), _ -> new TreeSet<>()).add(owner);
        }
    }

    /** The class that a node counts as which has shown this one. */
    NumericClass of(NumericClass numericClass) {
        NumericClass declared = numericClass.declared();
        String common = common(declared);
        if (numericClass.probe().equals(common)) {
            return declared;
        }
        String own = numericClass.probe().isEmpty() ? NOTHING : numericClass.probe();
        return new NumericClass(
                declared.runtime(),
                declared.provider(),
                declared.precision(),
                declared.processor(),
                own);
    }

    /**
     * The class that a result counts as which was computed in this one: its own, unless it showed
     * what meanwhile turned out to be what all of the declared class show.
     */
    NumericClass settled(NumericClass numericClass) {
        return numericClass.probe().isEmpty() ? numericClass : of(numericClass);
    }

    /**
     * What the class shows. Where nobody measured anything, as nodes of older releases do, that is
     * nothing, and the class is as declared. Null while it is not settled.
     */
    private @Nullable String common(NumericClass declared) {
        TreeMap<String, TreeSet<OwnerId>> probes = shown.getOrDefault(declared, new TreeMap<>());
        if (probes.keySet().stream().allMatch(String::isEmpty)) {
            return "";
        }
        String best = null;
        long most = 0;
        for (Map.Entry<String, TreeSet<OwnerId>> probe : probes.entrySet()) {
            long weight = weight(probe.getValue());
            if (!probe.getKey().isEmpty() && weight > most) {
                best = probe.getKey();
                most = weight;
            }
        }
        return most < OWNERS ? null : best;
    }

    /** One who is trusted outweighs any number of others. */
    private long weight(Set<OwnerId> owners) {
        long trustedOwners = owners.stream().filter(trusted).count();
        return trustedOwners * Integer.MAX_VALUE + owners.size();
    }
}
