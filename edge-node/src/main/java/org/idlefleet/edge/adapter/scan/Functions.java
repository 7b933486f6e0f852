package org.idlefleet.edge.adapter.scan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The functions that a model defines and who calls whom. The runtime writes a function's nodes in
 * place of each call, so what counts is how many nodes there are in the end.
 */
final class Functions {
    /** Most calls in calls. */
    private static final int DEPTH_MAX = 16;

    /** The name of the graph itself among the callers. */
    static final String GRAPH = "";

    /** By caller: nodes of its own, and how often it calls each function. */
    private final Map<String, Caller> callers = new TreeMap<>();

    private static final class Caller {
        private long nodes;
        private final Map<String, Integer> calls = new TreeMap<>();
    }

    /** A function's name among all; domain, operator and overload have no control characters. */
    static String key(String domain, String operator, String overload) {
        return domain + '\n' + operator + '\n' + overload;
    }

    /** Says that there is such a caller. */
    void define(String caller) {
        callers.putIfAbsent(caller, new Caller());
    }

    /** A new caller whose name is not known yet. */
    String nameless() {
        String caller = "\n\n\n" + callers.size();
        define(caller);
        return caller;
    }

    /** Gives a nameless caller its name; false if there is a function of that name already. */
    boolean rename(String nameless, String function) {
        Caller caller = callers.remove(nameless);
        return caller != null && callers.putIfAbsent(function, caller) == null;
    }

    /** Counts a node of a caller's own. */
    void node(String caller) {
        callers.computeIfAbsent(caller, _ -> new Caller()).nodes++;
    }

    /** Counts a call. */
    void call(String caller, String function) {
        callers.computeIfAbsent(caller, _ -> new Caller()).calls.merge(function, 1, Integer::sum);
    }

    /** What is wrong with who calls whom; empty if nothing is. */
    Optional<String> problem(long nodesMax) {
        for (Caller caller : callers.values()) {
            for (String called : caller.calls.keySet()) {
                if (!callers.containsKey(called) || called.equals(GRAPH)) {
                    return Optional.of(
                            "operator "
                                    + readable(called)
                                    + " is not on the list, and the model has no such function");
                }
            }
        }
        var grown = new HashMap<String, Grown>();
        for (String caller : callers.keySet()) {
            Optional<String> problem = grow(caller, new HashSet<>(), grown, nodesMax);
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    /** A caller with every call written out. */
    private record Grown(long nodes, int depth) {}

    private Optional<String> grow(
            String caller, Set<String> path, Map<String, Grown> grown, long nodesMax) {
        if (grown.containsKey(caller)) {
            return Optional.empty();
        }
        Caller own = callers.get(caller);
        if (own == null || !path.add(caller)) {
            return Optional.of("function " + readable(caller) + " calls itself");
        }
        if (path.size() > 2 * DEPTH_MAX) {
            return Optional.of("functions call each other more than " + DEPTH_MAX + " deep");
        }
        long nodes = own.nodes;
        int depth = 0;
        for (Map.Entry<String, Integer> call : own.calls.entrySet()) {
            Optional<String> problem = grow(call.getKey(), path, grown, nodesMax);
            if (problem.isPresent()) {
                return problem;
            }
            Grown called = grown.getOrDefault(call.getKey(), new Grown(0, 0));
            nodes += call.getValue() * (1 + called.nodes());
            depth = Math.max(depth, 1 + called.depth());
            if (path.size() + depth > DEPTH_MAX) {
                return Optional.of("functions call each other more than " + DEPTH_MAX + " deep");
            }
            if (nodes > nodesMax) {
                return Optional.of(
                        "with every call written out there are more than " + nodesMax + " nodes");
            }
        }
        path.remove(caller);
        grown.put(caller, new Grown(nodes, depth));
        return Optional.empty();
    }

    private static String readable(String key) {
        return key.strip().replace('\n', ':');
    }
}
