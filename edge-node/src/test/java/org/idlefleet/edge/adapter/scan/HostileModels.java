package org.idlefleet.edge.adapter.scan;

import static org.idlefleet.edge.adapter.scan.Onnx.FLOAT;
import static org.idlefleet.edge.adapter.scan.Onnx.INT64;
import static org.idlefleet.edge.adapter.scan.Onnx.STRING;
import static org.idlefleet.edge.adapter.scan.Onnx.attribute;
import static org.idlefleet.edge.adapter.scan.Onnx.body;
import static org.idlefleet.edge.adapter.scan.Onnx.calling;
import static org.idlefleet.edge.adapter.scan.Onnx.function;
import static org.idlefleet.edge.adapter.scan.Onnx.graph;
import static org.idlefleet.edge.adapter.scan.Onnx.head;
import static org.idlefleet.edge.adapter.scan.Onnx.ints;
import static org.idlefleet.edge.adapter.scan.Onnx.model;
import static org.idlefleet.edge.adapter.scan.Onnx.node;
import static org.idlefleet.edge.adapter.scan.Onnx.opset;
import static org.idlefleet.edge.adapter.scan.Onnx.outside;
import static org.idlefleet.edge.adapter.scan.Onnx.sparse;
import static org.idlefleet.edge.adapter.scan.Onnx.tensor;
import static org.idlefleet.edge.adapter.scan.Onnx.tensorType;
import static org.idlefleet.edge.adapter.scan.Onnx.value;
import static org.idlefleet.edge.adapter.scan.Onnx.weight;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.idlefleet.edge.adapter.scan.Refusal.Reason;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Models that are right but for one thing each, and what a scan must say about them. */
final class HostileModels {
    /** A file beside each of them that the manifest names as external data, and its size. */
    static final String EXTERNAL = "model.onnx_data";

    static final int EXTERNAL_BYTES = 64;

    private final List<Hostile> all = new ArrayList<>();

    /** One wrong model and how it may be refused. */
    record Hostile(String name, Set<Reason> reasons, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private HostileModels() {}

    static List<Hostile> all() {
        var models = new HostileModels();
        models.broken();
        models.fields();
        models.versions();
        models.many();
        models.texts();
        models.operators();
        models.functions();
        models.attributes();
        models.shapes();
        models.data();
        models.external();
        models.sparseTensors();
        models.types();
        models.allocations();
        return List.copyOf(models.all);
    }

    private void add(String name, byte[] bytes, Reason... reasons) {
        all.add(new Hostile(name, Set.of(reasons), bytes));
    }

    private void weights(String name, Reason reason, Msg weight) {
        add(name, model(body(node("Add", "x", "w", "y"), weight)), reason);
    }

    private void graphs(String name, Reason reason, Msg more) {
        add(name, model(graph(more)), reason);
    }

    private void nodes(String name, Reason reason, Msg node) {
        add(name, model(body(node, weight("w"))), reason);
    }

    private void broken() {
        byte[] right = model(graph());
        for (int cut = 1; cut < right.length - 8; cut += 5) {
            add(
                    "cut off " + cut + " bytes before its end",
                    Arrays.copyOf(right, right.length - cut),
                    Reason.MALFORMED,
                    Reason.MISSING);
        }
        byte[][] tails = {
            {0},
            {0, 0, 0, 0},
            {1},
            {7},
            {0x3A},
            {0x32, 5},
            {(byte) 0x80},
            {-1, -1, -1, -1, -1, 127},
            {0x0B},
            {0x0C},
            {0x33},
            "PK\3\4".getBytes(US_ASCII)
        };
        for (byte[] tail : tails) {
            byte[] bytes = new Msg().raw(right).raw(tail).toBytes();
            add(
                    "trailing bytes " + Arrays.toString(tail),
                    bytes,
                    Reason.MALFORMED,
                    Reason.FIELD,
                    Reason.AGAIN);
        }
        add("nothing at all", new byte[0], Reason.MISSING);
        byte[] ort = "\30\0\0\0ORTM5\0".getBytes(US_ASCII);
        add("a file in the runtime's own format", ort, Reason.FIELD, Reason.MALFORMED);
        add(
                "a graph beyond the file",
                head().tag(7, 2).varint(1 << 30).toBytes(),
                Reason.MALFORMED);
        add("a graph of length -1", head().tag(7, 2).varint(-1).toBytes(), Reason.MALFORMED);
        add(
                "a length of 33 bits",
                head().tag(7, 2).varint(1L << 32 | 5).raw(new byte[5]).toBytes(),
                Reason.MALFORMED);
        byte[] eleven = new byte[11];
        Arrays.fill(eleven, (byte) -1);
        add(
                "a number of 11 bytes",
                new Msg().tag(1, 0).raw(eleven).toBytes(),
                Reason.MALFORMED,
                Reason.VERSION);
        graphs(
                "a node longer than its graph",
                Reason.MALFORMED,
                new Msg().tag(1, 2).varint(1000).raw(new byte[10]));
        graphs(
                "a weight that runs over its end",
                Reason.MALFORMED,
                new Msg().tag(5, 2).varint(3).tag(9, 2).varint(100).raw(new byte[100]));
        weights(
                "packed dims that end within a number",
                Reason.MALFORMED,
                new Msg().bytes(1, new byte[] {4, (byte) 0x80}).number(2, FLOAT).text(8, "w"));
        weights("15 bytes of floats", Reason.MALFORMED, floats(4).bytes(4, new byte[15]));
        weights(
                "31 bytes of doubles",
                Reason.MALFORMED,
                tensor("w", 11, 4).bytes(10, new byte[31]));
    }

    private static Msg floats(long... dims) {
        return tensor("w", FLOAT, dims);
    }

    private void fields() {
        for (int field : new int[] {9, 10, 11, 12, 13, 15, 20, 26, 30, 100, 1 << 28}) {
            byte[] bytes = new Msg().raw(model(graph())).bytes(field, new byte[0]).toBytes();
            add("field " + field + " of a model", bytes, Reason.FIELD);
        }
        for (int field : new int[] {3, 4, 6, 7, 8, 9, 17, 99}) {
            graphs("field " + field + " of a graph", Reason.FIELD, new Msg().number(field, 1));
        }
        for (int field : new int[] {10, 11, 20}) {
            nodes("field " + field + " of a node", Reason.FIELD, add().bytes(field, new byte[0]));
        }
        for (int field : new int[] {3, 15, 17}) {
            weights(
                    "field " + field + " of a tensor",
                    Reason.FIELD,
                    weight("w").bytes(field, new byte[0]));
        }
        int[] once = {1, 2, 3, 4, 5, 6};
        for (int field : once) {
            Msg twice = new Msg().raw(model(graph()));
            boolean number = field == 1 || field == 5;
            for (int i = 0; i < 2; i++) {
                twice = number ? twice.number(field, 8) : twice.text(field, "a");
            }
            add("field " + field + " of a model again", twice.toBytes(), Reason.AGAIN);
        }
        add(
                "a second graph, to be merged with the first",
                new Msg().raw(model(graph())).message(7, graph()).toBytes(),
                Reason.AGAIN);
        graphs("a second name of a graph", Reason.AGAIN, new Msg().text(2, "h"));
        nodes("a second operator in a node", Reason.AGAIN, add().text(4, "Sub"));
        nodes("a second domain", Reason.AGAIN, add().text(7, "").text(7, "evil"));
        weights("a second data type", Reason.AGAIN, weight("w").number(2, 2));
        weights("a second raw_data", Reason.AGAIN, weight("w").bytes(9, new byte[16]));
        weights("a second location", Reason.AGAIN, weight("w").number(14, 0).number(14, 1));
        weights("a second name", Reason.AGAIN, weight("w").text(8, "v"));
        add("an operator set twice", plus(8, opset("", 13)), Reason.AGAIN);
        graphs("two weights of one name", Reason.AGAIN, new Msg().message(5, weight("w")));
        add("a model without a graph", head().toBytes(), Reason.MISSING);
        add(
                "a model without a version",
                new Msg().message(8, opset("", 17)).message(7, graph()).toBytes(),
                Reason.MISSING);
        add(
                "a model without operator sets",
                new Msg().number(1, 8).message(7, graph()).toBytes(),
                Reason.MISSING);
        add(
                "a model that imports only foreign operators",
                new Msg().number(1, 8).message(8, opset("own", 1)).message(7, graph()).toBytes(),
                Reason.MISSING);
        add(
                "a graph without outputs",
                model(new Msg().message(1, add()).message(11, value("x", 4))),
                Reason.MISSING);
        weights("a weight without a type", Reason.MISSING, new Msg().number(1, 4).text(8, "w"));
        weights("a weight without a name", Reason.MISSING, weight(""));
        byte[] settings = plus(14, Onnx.entry("ort_config", "{}"));
        add("settings for the runtime", settings, Reason.FIELD);
        add("training", plus(20, new Msg()), Reason.FIELD);
        weights("a segment", Reason.FIELD, weight("w").message(3, new Msg().number(1, 0)));
        wireTypes();
    }

    private void wireTypes() {
        add("a version as text", new Msg().text(1, "8").toBytes(), Reason.MALFORMED);
        add("a graph as a number", head().number(7, 1).toBytes(), Reason.MALFORMED);
        add("a graph as a group", head().tag(7, 3).tag(7, 4).toBytes(), Reason.MALFORMED);
        nodes("an operator as a number", Reason.MALFORMED, add().number(4, 1));
        weights("a type as a float", Reason.MALFORMED, weight("w").float32(2, 1));
        weights("raw_data as a number", Reason.MALFORMED, floats(4).number(9, 16));
        weights("float_data as integers", Reason.MALFORMED, floats(1).number(4, 1));
        graphs("a weight as a float", Reason.MALFORMED, new Msg().float32(5, 1));
    }

    private static Msg add() {
        return node("Add", "x", "w", "y");
    }

    private static byte[] plus(int field, Msg message) {
        return new Msg().raw(model(graph())).message(field, message).toBytes();
    }

    private void versions() {
        for (long ir : new long[] {-1, 0, 1, 2, 14, 100, Long.MAX_VALUE}) {
            add(
                    "IR version " + ir,
                    new Msg().number(1, ir).message(8, opset("", 17)).message(7, graph()).toBytes(),
                    Reason.VERSION);
        }
        for (long version : new long[] {-1, 0, 1, 6, 29, 1000, Long.MAX_VALUE}) {
            for (String domain : List.of("", "ai.onnx")) {
                add(
                        "operator set " + domain + " " + version,
                        new Msg().number(1, 8).message(8, opset(domain, version)).toBytes(),
                        Reason.VERSION);
            }
        }
    }

    private void many() {
        var nodes = new Msg();
        byte[] identity = node("Identity", "x", "t").toBytes();
        for (int i = 0; i <= GraphScan.NODES_MAX; i++) {
            nodes.bytes(1, identity);
        }
        graphs("50,001 nodes", Reason.TOO_MANY, nodes);
        var inputs = new Msg();
        for (int i = 0; i < 4097; i++) {
            inputs.text(1, "x");
        }
        nodes("4,097 inputs of a node", Reason.TOO_MANY, inputs.text(2, "y").text(4, "Sum"));
        nodes("4,097 outputs of a node", Reason.TOO_MANY, repeat(4097, new Msg().text(2, "y")));
        Msg attribute = new Msg().message(5, attribute("a", 2).number(3, 1));
        nodes("257 attributes of a node", Reason.TOO_MANY, add().with(repeat(257, attribute)));
        Msg sets = repeat(65, new Msg().message(8, opset("a", 1)));
        add("65 operator sets", sets.toBytes(), Reason.TOO_MANY, Reason.AGAIN);
        Msg notes = repeat(1025, new Msg().message(14, Onnx.entry("k", "v")));
        add("1,025 notes", notes.toBytes(), Reason.TOO_MANY);
        Msg long1 = attribute("a", 7).packed(8, new long[GraphScan.LIST_MAX + 1]);
        nodes("a list of a million and one numbers", Reason.TOO_MANY, add().message(5, long1));
        Msg tensors = new Msg();
        byte[] empty = tensor("", FLOAT, 0).toBytes();
        for (int i = 0; i < 1025; i++) {
            tensors.bytes(10, empty);
        }
        Msg list = attribute("a", 9).with(tensors);
        nodes("1,025 tensors of an attribute", Reason.TOO_MANY, add().message(5, list));
        weights(
                "17 dimensions one by one",
                Reason.TOO_MANY,
                new Msg().with(repeat(17, new Msg().number(1, 1))).number(2, FLOAT).text(8, "w"));
        long[] ones = new long[17];
        Arrays.fill(ones, 1);
        weights("17 dimensions packed", Reason.TOO_MANY, floats(ones).bytes(9, new byte[4]));
        graphs(
                "17 dimensions of an input",
                Reason.TOO_MANY,
                new Msg().message(11, value("z", ones)));
        add("branches five deep", model(Onnx.nested(4)), Reason.DEPTH);
        add("branches nine deep", model(Onnx.nested(8)), Reason.DEPTH);
    }

    private static Msg repeat(int times, Msg message) {
        var all = new Msg();
        byte[] bytes = message.toBytes();
        for (int i = 0; i < times; i++) {
            all.raw(bytes);
        }
        return all;
    }

    private void texts() {
        String longName = "n".repeat(Wire.TEXT_BYTES_MAX + 1);
        graphs("a graph's endless name", Reason.TEXT, new Msg().message(5, weight(longName)));
        nodes("a node's endless name", Reason.TEXT, add().text(3, longName));
        nodes("an operator's endless name", Reason.TEXT, node(longName, "x", "y"));
        nodes("an input's endless name", Reason.TEXT, new Msg().text(1, longName));
        nodes("a name with a NUL", Reason.TEXT, add().text(3, "a\0b"));
        nodes("a name with a line break", Reason.TEXT, add().text(3, "a\nb"));
        nodes("a name that is not UTF-8", Reason.TEXT, add().bytes(3, new byte[] {-1, -2}));
        nodes("a name in overlong UTF-8", Reason.TEXT, add().bytes(3, new byte[] {-64, -81}));
        byte[] book = new byte[(1 << 20) + 1];
        nodes("a book about a node", Reason.TEXT, add().bytes(6, book));
        add("a book about a model", head().bytes(6, book).toBytes(), Reason.TEXT);
        add("a book as a note", plus(14, new Msg().text(1, "k").bytes(2, book)), Reason.TEXT);
        nodes(
                "a book as an attribute",
                Reason.TEXT,
                add().message(5, attribute("a", 3).bytes(4, book)));
        weights("a string of more than a MiB", Reason.TEXT, tensor("w", STRING, 1).bytes(6, book));
        Msg bomb = tensor("w", STRING, 70);
        for (int i = 0; i < 70; i++) {
            bomb.bytes(6, new byte[1 << 20]);
        }
        weights("70 MiB of strings", Reason.TEXT, bomb);
        Msg spread = new Msg();
        for (int i = 0; i < 5; i++) {
            Msg part = tensor("s" + i, STRING, 15);
            for (int k = 0; k < 15; k++) {
                part.bytes(6, new byte[1 << 20]);
            }
            spread.message(5, part);
        }
        graphs("75 MiB of strings in five weights", Reason.TEXT, spread);
        Msg empties = tensor("w", STRING, TensorScan.STRINGS_MAX + 1);
        for (int i = 0; i <= TensorScan.STRINGS_MAX; i++) {
            empties.bytes(6, new byte[0]);
        }
        weights("a million and one empty strings", Reason.TOO_MANY, empties);
    }

    private void operators() {
        for (String operator :
                List.of(
                        "EPContext",
                        "PythonOp",
                        "PythonOpGrad",
                        "TritonOp",
                        "ATen",
                        "TorchEmbedding",
                        "ExternalOp",
                        "Sampling",
                        "BeamSearch",
                        "Tokenizer",
                        "attention")) {
            nodes(
                    "com.microsoft:" + operator,
                    Reason.OPERATOR,
                    node(operator, "x", "y").text(7, "com.microsoft"));
        }
        for (String domain :
                List.of(
                        "com.microsoft.nchwc",
                        "com.microsoft.internal",
                        "com.microsoft.dml",
                        "com.microsoft.custom",
                        "com.microsoft.evil",
                        "ai.onnx.ml",
                        "ai.onnx.training",
                        "ai.onnx.preview.training",
                        "ai.onnx.contrib",
                        "../../evil.so",
                        "evil domain",
                        "a/b")) {
            nodes(
                    "Gelu of domain " + domain,
                    Reason.OPERATOR,
                    node("Gelu", "x", "y").text(7, domain));
        }
        for (String domain : List.of("custom", "org.evil", "org.pytorch.aten", "onnx", "com.ms")) {
            nodes(
                    "an operator of the unknown domain " + domain,
                    Reason.FUNCTION,
                    node("Gelu", "x", "y").text(7, domain));
        }
        for (String operator : List.of("", "1x", "a b", "../x", "x:y", "Neg;", "Négatif")) {
            nodes(
                    "an operator called '" + operator + "'",
                    Reason.OPERATOR,
                    node(operator, "x", "y"));
        }
        Msg inside = node("EPContext", "x", "y").text(7, "com.microsoft");
        Msg branch = new Msg().message(1, inside).message(12, value("y", 4));
        nodes(
                "an operator off the list in a branch",
                Reason.OPERATOR,
                node("If", attribute("then_branch", 5).message(6, branch), "x", "y"));
        Msg hidden = new Msg().text(1, "f0").text(10, "own").message(7, inside);
        add("an operator off the list in a function", calling(hidden), Reason.OPERATOR);
    }

    private void functions() {
        add("a function that calls itself", calling(function("f0", 1, "f0")), Reason.FUNCTION);
        add(
                "two functions that call each other",
                calling(function("f0", 1, "f1"), function("f1", 1, "f0")),
                Reason.FUNCTION);
        add(
                "three functions in a ring",
                calling(function("f0", 1, "f1"), function("f1", 1, "f2"), function("f2", 1, "f0")),
                Reason.FUNCTION);
        add("a function that is not there", calling(function("f0", 1, "f1")), Reason.FUNCTION);
        add("a call of nothing", calling(), Reason.FUNCTION);
        Msg[] laughs = new Msg[9];
        for (int i = 0; i < 9; i++) {
            laughs[i] = i == 8 ? function("f8", 10, "Neg") : function("f" + i, 10, "f" + (i + 1));
        }
        add("a billion laughs", calling(laughs), Reason.FUNCTION);
        Msg[] chain = new Msg[40];
        for (int i = 0; i < 40; i++) {
            String next = i == 39 ? "Neg" : "f" + (i + 1);
            chain[i] = function("f" + i, 1, next);
        }
        add("forty functions deep", calling(chain), Reason.FUNCTION);
        add(
                "a function twice",
                calling(function("f0", 1, "Neg"), function("f0", 2, "Neg")),
                Reason.FUNCTION);
        for (String domain : List.of("", "ai.onnx", "com.microsoft", "ai.onnx.ml")) {
            Msg function = new Msg().text(1, "Add").text(10, domain).message(7, add());
            add(
                    "a function that hides Add of '" + domain + "'",
                    plus(25, function),
                    Reason.FUNCTION);
        }
        add("a function without a name", plus(25, new Msg().text(10, "own")), Reason.FUNCTION);
        add("a ring that nobody calls", plus(25, function("f0", 1, "f0")), Reason.FUNCTION);
    }

    private void attributes() {
        Msg[] values = {
            new Msg().float32(2, 1),
            new Msg().number(3, 1),
            new Msg().text(4, "a"),
            new Msg().message(5, weight("")),
            new Msg().message(6, new Msg().message(12, value("y", 4)))
        };
        for (int i = 0; i < values.length; i++) {
            int wrong = (i + 1) % values.length + 1;
            nodes(
                    "an attribute of type " + wrong + " with a value of type " + (i + 1),
                    Reason.ATTRIBUTE,
                    add().message(5, attribute("a", wrong).with(values[i])));
        }
        for (int type : new int[] {-1, 0, 15, 99}) {
            nodes(
                    "an attribute of type " + type,
                    Reason.ATTRIBUTE,
                    add().message(5, attribute("a", type).number(3, 1)));
        }
        for (int type : new int[] {1, 2, 3, 4, 5, 11, 13}) {
            nodes(
                    "an attribute of type " + type + " without a value",
                    Reason.ATTRIBUTE,
                    add().message(5, attribute("a", type)));
        }
        nodes(
                "an attribute without a type",
                Reason.ATTRIBUTE,
                add().message(5, new Msg().text(1, "a").number(3, 1)));
        nodes(
                "an attribute with two values",
                Reason.ATTRIBUTE,
                add().message(5, attribute("a", 2).number(3, 1).float32(2, 1)));
        nodes(
                "an attribute with a value and a list",
                Reason.ATTRIBUTE,
                add().message(5, attribute("a", 2).number(3, 1).packed(8, 1, 2)));
        nodes(
                "a reference outside of a function",
                Reason.ATTRIBUTE,
                add().message(5, attribute("a", 2).text(21, "b")));
        nodes(
                "an attribute whose tensor lies in another file",
                Reason.EXTERNAL_DATA,
                node(
                        "Constant",
                        attribute("value", 4).message(5, outside("location", EXTERNAL)),
                        "y"));
        nodes(
                "an attribute whose tensor has too little data",
                Reason.DATA,
                node(
                        "Constant",
                        attribute("value", 4).message(5, floats(4).bytes(9, new byte[15])),
                        "y"));
    }

    private void shapes() {
        long[][] shapes = {
            {-1},
            {Long.MIN_VALUE},
            {Long.MAX_VALUE},
            {1L << 31},
            {1L << 32},
            {(1L << 32) + 4},
            {65536, 65536},
            {1 << 16, 1 << 16, 4},
            {1L << 30, 1L << 30, 1L << 4},
            {4, -4},
            {-2, -2},
            {0, 1L << 40},
            {0, 1 << 20, 1 << 20},
            {Integer.MAX_VALUE, 2},
            {3, 0xAAAAAAAAL, 2}
        };
        for (long[] dims : shapes) {
            weights(
                    "dims " + Arrays.toString(dims),
                    Reason.SHAPE,
                    floats(dims).bytes(9, new byte[16]));
            if (Arrays.stream(dims).noneMatch(dim -> dim == -1)) {
                graphs(
                        "an input of dims " + Arrays.toString(dims),
                        Reason.SHAPE,
                        new Msg().message(11, value("z", dims)));
            }
        }
    }

    private void data() {
        for (ElementType type : ElementType.values()) {
            if (type == ElementType.STRING) {
                continue;
            }
            int code =
                    IntStream.range(1, 32)
                            .filter(c -> ElementType.of(c) == type)
                            .findFirst()
                            .orElseThrow();
            int right = (int) type.bytes(6);
            for (int wrong : new int[] {0, right - 1, right + 1}) {
                weights(
                        "raw_data of " + wrong + " bytes for six of " + type,
                        Reason.DATA,
                        tensor("w", code, 2, 3).bytes(9, new byte[wrong]));
            }
            weights("no data for six of " + type, Reason.DATA, tensor("w", code, 2, 3));
            weights(
                    "a string as data for six of " + type,
                    Reason.DATA,
                    tensor("w", code, 2, 3).text(6, "abcdef"));
        }
        weights("five floats for four", Reason.DATA, floats(4).bytes(4, new byte[20]));
        weights("three floats for four", Reason.DATA, floats(4).bytes(4, new byte[12]));
        weights("floats in int32_data", Reason.DATA, floats(4).packed(5, 1, 2, 3, 4));
        weights("INT64 in int32_data", Reason.DATA, tensor("w", INT64, 2).packed(5, 1, 2));
        weights("five INT64 for four", Reason.DATA, tensor("w", INT64, 4).packed(7, 1, 2, 3, 4, 5));
        weights("UINT64 in int64_data", Reason.DATA, tensor("w", 13, 2).packed(7, 1, 2));
        weights("doubles in float_data", Reason.DATA, tensor("w", 11, 4).bytes(4, new byte[16]));
        weights(
                "a complex number of one float",
                Reason.DATA,
                tensor("w", 14, 1).bytes(4, new byte[4]));
        weights("UINT8 of 256", Reason.DATA, tensor("w", 2, 2).packed(5, 1, 256));
        weights("INT8 of -129", Reason.DATA, tensor("w", 3, 2).packed(5, -129, 1));
        weights("BOOL of 2", Reason.DATA, tensor("w", 9, 2).packed(5, 0, 2));
        weights("FLOAT16 of 65536", Reason.DATA, tensor("w", 10, 1).packed(5, 65536));
        weights("UINT32 of 33 bits", Reason.DATA, tensor("w", 12, 1).packed(11, 1L << 32));
        weights("data twice, raw and not", Reason.DATA, weight("w").bytes(4, new byte[16]));
        weights("strings in raw_data", Reason.DATA, tensor("w", STRING, 4).bytes(9, new byte[4]));
        weights(
                "three strings for four",
                Reason.DATA,
                tensor("w", STRING, 4).text(6, "a").text(6, "b").text(6, "c"));
        weights("data for an empty tensor", Reason.DATA, floats(0).bytes(9, new byte[4]));
        weights("a scalar with two numbers", Reason.DATA, floats().bytes(9, new byte[8]));
        for (int code : new int[] {-1, 0, 25, 31, 32, 99, 1 << 30}) {
            weights(
                    "a weight of type " + code,
                    Reason.DATA,
                    tensor("w", code, 4).bytes(9, new byte[16]));
            graphs(
                    "an input of type " + code,
                    Reason.DATA,
                    new Msg().message(11, new Msg().text(1, "z").message(2, tensorType(code, 4))));
        }
    }

    private void external() {
        for (String location :
                List.of(
                        "",
                        ".",
                        "..",
                        "../model.onnx_data",
                        "../../../../etc/passwd",
                        "/etc/passwd",
                        "/etc/shadow",
                        "/proc/self/mem",
                        "/dev/zero",
                        "./model.onnx_data",
                        "model.onnx_data/",
                        "model.onnx_data/.",
                        "sub/../model.onnx_data",
                        "sub//model.onnx_data",
                        "..\\model.onnx_data",
                        "C:\\Windows\\win.ini",
                        "\\\\server\\share",
                        "file:///etc/passwd",
                        "MODEL.ONNX_DATA",
                        "model.onnx_data ",
                        " model.onnx_data",
                        "model.onnx",
                        "tokenizer.json",
                        "manifest.json",
                        "model.onnx%5fdata",
                        "~/x",
                        "$HOME/x",
                        "*/_ORT_MEM_ADDR_/*",
                        "other")) {
            weights(
                    "weights at '" + location + "'",
                    Reason.EXTERNAL_DATA,
                    outside("location", location));
        }
        String[][] places = {
            {"offset", "49"},
            {"offset", "64"},
            {"offset", "65"},
            {"offset", "-1"},
            {"offset", "-16"},
            {"offset", "999999999999999999"},
            {"offset", "9223372036854775807"},
            {"offset", "18446744073709551615"},
            {"offset", "99999999999999999999999"},
            {"offset", "0x10"},
            {"offset", "1e1"},
            {"offset", " 8"},
            {"offset", "+8"},
            {"offset", ""},
            {"length", "0"},
            {"length", "15"},
            {"length", "17"},
            {"length", "64"},
            {"length", "-16"},
            {"length", "18446744073709551615"},
            {"length", "sixteen"},
            {"basepath", "/etc"},
            {"Location", "/etc/passwd"},
            {"location", EXTERNAL},
            {"", ""}
        };
        for (String[] place : places) {
            weights(
                    "weights with " + place[0] + " '" + place[1] + "'",
                    Reason.EXTERNAL_DATA,
                    outside("location", EXTERNAL, place[0], place[1]));
        }
        weights("weights elsewhere, nowhere", Reason.EXTERNAL_DATA, outside());
        weights("weights at an offset of nothing", Reason.EXTERNAL_DATA, outside("offset", "0"));
        weights(
                "weights here and elsewhere",
                Reason.EXTERNAL_DATA,
                outside("location", EXTERNAL).bytes(9, new byte[16]));
        weights(
                "weights that do not say that they lie elsewhere",
                Reason.EXTERNAL_DATA,
                weight("w").message(13, Onnx.entry("location", EXTERNAL)));
        weights("a third place for weights", Reason.EXTERNAL_DATA, weight("w").number(14, 2));
        weights(
                "strings elsewhere",
                Reason.EXTERNAL_DATA,
                tensor("w", STRING, 4).number(14, 1).message(13, Onnx.entry("location", EXTERNAL)));
        weights(
                "more elsewhere than the file has",
                Reason.EXTERNAL_DATA,
                floats(17).number(14, 1).message(13, Onnx.entry("location", EXTERNAL)));
        weights(
                "two gigabytes elsewhere",
                Reason.EXTERNAL_DATA,
                floats(1 << 29).number(14, 1).message(13, Onnx.entry("location", EXTERNAL)));
        weights(
                "five notes about elsewhere",
                Reason.TOO_MANY,
                outside(
                        "location",
                        EXTERNAL,
                        "offset",
                        "0",
                        "length",
                        "16",
                        "checksum",
                        "a",
                        "b",
                        ""));
    }

    private void sparseWeights(String name, Reason reason, Msg sparse) {
        Msg graph = body(add()).message(15, sparse);
        add("sparse: " + name, model(graph), reason);
    }

    private void sparseTensors() {
        Msg two = floats(2).bytes(9, new byte[8]);
        sparseWeights(
                "three indices for two values", Reason.SPARSE, sparse(two, ints("", 0, 1, 2), 4));
        sparseWeights("one index for two values", Reason.SPARSE, sparse(two, ints("", 0), 4));
        sparseWeights("an index beyond the end", Reason.SPARSE, sparse(two, ints("", 0, 4), 4));
        sparseWeights("an index far beyond", Reason.SPARSE, sparse(two, ints("", 0, 1L << 40), 4));
        sparseWeights("a negative index", Reason.SPARSE, sparse(two, ints("", -1, 1), 4));
        sparseWeights("an index twice", Reason.SPARSE, sparse(two, ints("", 1, 1), 4));
        sparseWeights("indices backwards", Reason.SPARSE, sparse(two, ints("", 2, 1), 4));
        sparseWeights("more values than places", Reason.SPARSE, sparse(two, ints("", 0, 1), 1));
        sparseWeights(
                "a hundred gigabytes of zeros",
                Reason.SPARSE,
                sparse(two, ints("", 0, 1), 1 << 30));
        sparseWeights(
                "dims that overflow", Reason.SHAPE, sparse(two, ints("", 0, 1), 1 << 30, 1 << 30));
        sparseWeights("a negative dimension", Reason.SHAPE, sparse(two, ints("", 0, 1), -4));
        sparseWeights("no dims", Reason.MISSING, sparse(two, ints("", 0, 1)));
        sparseWeights("no values", Reason.MISSING, new Msg().message(2, ints("", 0)).packed(3, 4));
        sparseWeights("no indices", Reason.MISSING, new Msg().message(1, two).packed(3, 4));
        sparseWeights(
                "indices that are floats",
                Reason.SPARSE,
                sparse(two, tensor("", FLOAT, 2).bytes(9, new byte[8]), 4));
        sparseWeights(
                "indices of 32 bits",
                Reason.SPARSE,
                sparse(two, tensor("", 6, 2).bytes(9, new byte[8]), 4));
        sparseWeights(
                "values of two dimensions",
                Reason.SPARSE,
                sparse(floats(1, 2).bytes(9, new byte[8]), ints("", 0, 1), 4));
        Msg pairs = tensor("", INT64, 2, 2).bytes(9, Msg.longs(0, 1, 1, 0));
        sparseWeights("pairs for one dimension", Reason.SPARSE, sparse(two, pairs, 4));
        Msg outsidePair = tensor("", INT64, 2, 2).bytes(9, Msg.longs(0, 1, 0, 2));
        sparseWeights("a pair beyond its row", Reason.SPARSE, sparse(two, outsidePair, 2, 2));
        Msg backwards = tensor("", INT64, 2, 2).bytes(9, Msg.longs(1, 0, 0, 1));
        sparseWeights("pairs backwards", Reason.SPARSE, sparse(two, backwards, 2, 2));
        sparseWeights(
                "values in another file",
                Reason.EXTERNAL_DATA,
                sparse(outside("location", EXTERNAL), ints("", 0, 1, 2, 3), 4));
        sparseWeights(
                "indices in another file",
                Reason.EXTERNAL_DATA,
                sparse(
                        two,
                        tensor("", INT64, 2)
                                .number(14, 1)
                                .message(13, Onnx.entry("location", EXTERNAL)),
                        4));
        sparseWeights(
                "values with too little data",
                Reason.DATA,
                sparse(floats(2).bytes(9, new byte[7]), ints("", 0, 1), 4));
        sparseWeights(
                "strings",
                Reason.SPARSE,
                sparse(tensor("w", STRING, 1).text(6, "a"), ints("", 0), 4));
        Msg both = graph(new Msg().message(15, sparse(two, ints("", 0, 1), 4)));
        add("sparse: a name that another weight has", model(both), Reason.AGAIN);
    }

    private void types() {
        Msg type = tensorType(FLOAT, 4);
        for (int i = 0; i < 4; i++) {
            type = new Msg().message(4, new Msg().message(1, type));
        }
        graphs(
                "sequences five deep",
                Reason.DEPTH,
                new Msg().message(11, new Msg().text(1, "z").message(2, type)));
        Msg optional = tensorType(FLOAT, 4);
        for (int i = 0; i < 60; i++) {
            optional = new Msg().message(9, new Msg().message(1, optional));
        }
        graphs(
                "optionals sixty deep",
                Reason.DEPTH,
                new Msg().message(11, new Msg().text(1, "z").message(2, optional)));
        graphs(
                "a type that is two things",
                Reason.AGAIN,
                new Msg()
                        .message(
                                11,
                                new Msg()
                                        .message(
                                                2,
                                                tensorType(FLOAT, 4)
                                                        .message(
                                                                4,
                                                                new Msg()
                                                                        .message(
                                                                                1,
                                                                                tensorType(
                                                                                        FLOAT))))));
        graphs(
                "an opaque type",
                Reason.FIELD,
                new Msg().message(11, new Msg().message(2, new Msg().message(7, new Msg()))));
        Msg both = new Msg().number(1, 4).text(2, "n");
        Msg shape = new Msg().number(1, FLOAT).message(2, new Msg().message(1, both));
        graphs(
                "a dimension that is a number and a name",
                Reason.AGAIN,
                new Msg().message(11, new Msg().message(2, new Msg().message(1, shape))));
        Msg map = new Msg().number(1, 77).message(2, tensorType(FLOAT));
        graphs(
                "a map with keys of no type",
                Reason.DATA,
                new Msg().message(11, new Msg().message(2, new Msg().message(5, map))));
    }

    private void allocations() {
        for (String operator : List.of("Expand", "Tile")) {
            add(
                    operator + " to 2^40 elements",
                    model(body(node(operator, "x", "s", "y"), ints("s", 1 << 20, 1 << 20))),
                    Reason.ALLOCATION);
        }
        add(
                "ConstantOfShape of 2^62 elements",
                model(body(node("ConstantOfShape", "s", "y"), ints("s", 1L << 31, 1L << 31))),
                Reason.ALLOCATION);
        Msg shape = tensor("s", INT64, 3).packed(7, 4096, 4096, 4096);
        add(
                "ConstantOfShape of int64_data",
                model(body(node("ConstantOfShape", "s", "y"), shape)),
                Reason.ALLOCATION);
        Msg constant = node("Constant", attribute("value", 4).message(5, ints("", 1L << 40)), "s");
        add(
                "ConstantOfShape of a Constant",
                model(body(node("ConstantOfShape", "s", "y")).message(1, constant)),
                Reason.ALLOCATION);
    }
}
