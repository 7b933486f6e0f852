package org.idlefleet.edge.adapter.scan;

import java.util.ArrayList;
import java.util.List;

/** Pieces of ONNX models, right ones; a test puts one together with one piece wrong. */
final class Onnx {
    static final int FLOAT = 1;
    static final int INT64 = 7;
    static final int STRING = 8;

    private Onnx() {}

    /** A whole model around a graph: IR 8, operator set 17 and the runtime's own. */
    static byte[] model(Msg graph) {
        return head().message(7, graph).toBytes();
    }

    /** All of a model but its graph. */
    static Msg head() {
        return new Msg()
                .number(1, 8)
                .text(2, "a test")
                .message(8, opset("", 17))
                .message(8, opset("com.microsoft", 1));
    }

    static Msg opset(String domain, long version) {
        return new Msg().text(1, domain).number(2, version);
    }

    /** y = x + w: the graph that all others are made from. */
    static Msg graph(Msg... more) {
        return body(node("Add", "x", "w", "y"), weight("w")).with(more);
    }

    /** From x to y by these nodes and weights. */
    static Msg body(Msg node, Msg... weights) {
        var graph = new Msg().message(1, node).text(2, "g");
        for (Msg weight : weights) {
            graph.message(5, weight);
        }
        return graph.message(11, value("x", 4)).message(12, value("y", 4));
    }

    static Msg node(String operator, String... names) {
        return bare(operator, List.of(names));
    }

    private static Msg bare(String operator, List<String> names) {
        var node = new Msg();
        for (String input : names.subList(0, names.size() - 1)) {
            node.text(1, input);
        }
        return node.text(2, names.getLast()).text(4, operator);
    }

    /** A node with an attribute. */
    static Msg node(String operator, Msg attribute, String... names) {
        return bare(operator, List.of(names)).message(5, attribute);
    }

    static Msg attribute(String name, int type) {
        return new Msg().text(1, name).number(20, type);
    }

    /** Four floats. */
    static Msg weight(String name) {
        return tensor(name, FLOAT, 4).bytes(9, new byte[16]);
    }

    /** A tensor without data. */
    static Msg tensor(String name, int type, long... dims) {
        var tensor = new Msg();
        if (dims.length > 0) {
            tensor.packed(1, dims);
        }
        return tensor.number(2, type).text(8, name);
    }

    static Msg ints(String name, long... values) {
        return tensor(name, INT64, values.length).bytes(9, Msg.longs(values));
    }

    static Msg value(String name, long... dims) {
        return new Msg().text(1, name).message(2, tensorType(FLOAT, dims));
    }

    static Msg tensorType(int element, long... dims) {
        var shape = new Msg();
        for (long dim : dims) {
            shape.message(1, new Msg().number(1, dim));
        }
        return new Msg().message(1, new Msg().number(1, element).message(2, shape));
    }

    static Msg entry(String key, String value) {
        return new Msg().text(1, key).text(2, value);
    }

    /** Four floats in another file. */
    static Msg outside(String... keysAndValues) {
        Msg tensor = tensor("w", FLOAT, 4).number(14, 1);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            tensor.message(13, entry(keysAndValues[i], keysAndValues[i + 1]));
        }
        return tensor;
    }

    /** A sparse weight of shape [4]. */
    static Msg sparse(Msg values, Msg indices, long... dims) {
        var sparse = new Msg().message(1, values).message(2, indices);
        return dims.length == 0 ? sparse : sparse.packed(3, dims);
    }

    /** An If whose branches lie {@code depth} deep in each other, inside the graph. */
    static Msg nested(int depth) {
        Msg inner = branch(depth);
        return body(inner, new Msg().packed(1).number(2, 9).text(8, "yes").bytes(9, new byte[1]));
    }

    private static Msg branch(int depth) {
        if (depth == 0) {
            return node("Identity", "x", "y");
        }
        Msg branch =
                new Msg().message(1, branch(depth - 1)).text(2, "b").message(12, value("y", 4));
        return node("If", attribute("then_branch", 5).message(6, branch), "yes", "y")
                .message(5, attribute("else_branch", 5).message(6, branch));
    }

    /** A function of a domain of its own that calls others, each {@code times}. */
    static Msg function(String name, int times, String... called) {
        var function = new Msg().text(1, name).text(10, "own").text(4, "a").text(5, "z");
        var steps = new ArrayList<String>();
        for (String other : called) {
            for (int i = 0; i < times; i++) {
                steps.add(other);
            }
        }
        String before = "a";
        for (int i = 0; i < steps.size(); i++) {
            String after = i == steps.size() - 1 ? "z" : "t" + i;
            Msg call = node(steps.get(i), before, after);
            function.message(7, steps.get(i).equals("Neg") ? call : call.text(7, "own"));
            before = after;
        }
        return function.message(9, opset("", 17)).message(9, opset("own", 1));
    }

    /** A model that calls function {@code f0} of those given. */
    static byte[] calling(Msg... functions) {
        Msg model =
                head().message(8, opset("own", 1))
                        .message(7, body(node("f0", "x", "y").text(7, "own")));
        for (Msg function : functions) {
            model.message(25, function);
        }
        return model.toBytes();
    }
}
