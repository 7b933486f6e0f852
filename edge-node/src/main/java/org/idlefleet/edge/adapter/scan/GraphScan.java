package org.idlefleet.edge.adapter.scan;

import org.idlefleet.edge.adapter.scan.Refusal.Reason;
import org.idlefleet.edge.adapter.scan.TensorScan.Tensor;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One walk through a model file, from its first byte to its last. */
final class GraphScan {
    /** Most nodes of all graphs and functions, with every call of a function written out. */
    static final int NODES_MAX = 50_000;

    /** Most tensors of a model. */
    static final int TENSORS_MAX = 100_000;

    /** Most numbers in a list that is an attribute. */
    static final int LIST_MAX = 1 << 20;

    /** Most graphs in graphs: the branches of an If, the body of a Loop or Scan. */
    private static final int GRAPH_DEPTH_MAX = 4;

    /** Most types in types: sequences, maps, optionals. */
    private static final int TYPE_DEPTH_MAX = 4;

    private static final int IR_MIN = 3;
    private static final int IR_MAX = 13;

    private static final int DOC_BYTES_MAX = 1 << 20;

    private final Wire in;
    private final TensorScan tensors;
    private final Functions functions = new Functions();
    private final Allocations allocations = new Allocations();
    private int nodeCount;
    private int tensorCount;
    private int graphDepth;
    private int typeDepth;

    GraphScan(Wire in, ExternalData external) {
        this.in = in;
        this.tensors = new TensorScan(in, external);
    }

    /** Walks through the whole model. */
    void model() throws IOException, RefusedException {
        long ir = 0;
        boolean graph = false;
        Map<String, Long> imports = new HashMap<>();
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> ir = within("ir_version", in.number(), IR_MIN, IR_MAX);
                case 6 -> in.skipText(DOC_BYTES_MAX);
                case 7 -> {
                    graph = true;
                    functions.define(Functions.GRAPH);
                    graph(Functions.GRAPH);
                }
                case 8 -> operatorSet(imports);
                case 14 -> entry();
                case 25 -> function();
                default -> in.skip();
            }
        }
        if (ir == 0 || !graph) {
            throw in.refused(Reason.MISSING, "a model has an ir_version and a graph");
        }
        if (imports.keySet().stream().noneMatch(Operators::onnx)) {
            throw in.refused(Reason.MISSING, "the model imports no operator set of ONNX");
        }
        Optional<String> calls = functions.problem(NODES_MAX);
        if (calls.isPresent()) {
            throw in.refused(Reason.FUNCTION, calls.get());
        }
        Optional<String> shape = allocations.problem();
        if (shape.isPresent()) {
            throw in.refused(Reason.ALLOCATION, shape.get());
        }
    }

    private long within(String what, long found, long min, long max) throws RefusedException {
        if (found < min || found > max) {
            throw in.refused(
                    Reason.VERSION,
                    what + " from " + min + " to " + max + " is expected, found " + found);
        }
        return found;
    }

    private void operatorSet(Map<String, Long> imports) throws IOException, RefusedException {
        in.enter(Schema.OPERATOR_SET);
        String domain = "";
        long version = 0;
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == 1) {
                domain = in.text();
            } else {
                version = in.number();
            }
        }
        if (Operators.onnx(domain)) {
            within("the operator set", version, Operators.OPSET_MIN, Operators.OPSET_MAX);
        }
        if (imports.put(domain, version) != null) {
            throw in.refused(Reason.AGAIN, "operator set '" + domain + "' is imported twice");
        }
        in.leave();
    }

    /** Text that nobody here reads; the runtime takes settings from one key, so that is refused. */
    private void entry() throws IOException, RefusedException {
        in.enter(Schema.ENTRY);
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == 1 && in.text().equals("ort_config")) {
                throw in.refused(Reason.FIELD, "a model may not bring settings for the runtime");
            } else if (field == 2) {
                in.skipText(DOC_BYTES_MAX);
            }
        }
        in.leave();
    }

    private void annotation() throws IOException, RefusedException {
        in.enter(Schema.ANNOTATION);
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == 1) {
                in.text();
            } else {
                entry();
            }
        }
        in.leave();
    }

    /** The fields of a graph, whose message the cursor stands at. */
    private void graph(String caller) throws IOException, RefusedException {
        if (++graphDepth > GRAPH_DEPTH_MAX) {
            throw in.refused(
                    Reason.DEPTH,
                    "graphs lie in each other more than " + GRAPH_DEPTH_MAX + " deep");
        }
        in.enter(Schema.GRAPH);
        Set<String> weights = new HashSet<>();
        boolean outputs = false;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> node(caller);
                case 5 -> weight(tensors.weight(), weights);
                case 10 -> in.skipText(DOC_BYTES_MAX);
                case 11, 13 -> value();
                case 12 -> {
                    outputs = true;
                    value();
                }
                case 14 -> annotation();
                case 15 -> weight(tensors.sparse(), weights);
                case 16 -> entry();
                default -> in.text();
            }
        }
        if (!outputs) {
            throw in.refused(Reason.MISSING, "the graph has no output");
        }
        in.leave();
        graphDepth--;
    }

    private void weight(Tensor tensor, Set<String> names) throws RefusedException {
        count();
        if (tensor.name().isEmpty()) {
            throw in.refused(Reason.MISSING, "the weight has no name");
        }
        if (!names.add(tensor.name())) {
            throw in.refused(
                    Reason.AGAIN, "there are two weights with the name '" + tensor.name() + "'");
        }
        allocations.constant(tensor.name(), tensor);
    }

    private void count() throws RefusedException {
        if (++tensorCount > TENSORS_MAX) {
            throw in.refused(Reason.TOO_MANY, "a model has at most " + TENSORS_MAX + " tensors");
        }
    }

    private void node(String caller) throws IOException, RefusedException {
        if (++nodeCount > NODES_MAX) {
            throw in.refused(Reason.TOO_MANY, "a model has at most " + NODES_MAX + " nodes");
        }
        in.enter(Schema.NODE);
        List<String> inputs = new ArrayList<>();
        String output = "";
        String operator = "";
        String domain = "";
        String overload = "";
        Tensor constant = null;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> inputs.add(in.text());
                case 2 -> output = output.isEmpty() ? in.text() : skipped(output);
                case 4 -> operator = in.text();
                case 5 -> constant = attribute(caller, constant);
                case 6 -> in.skipText(DOC_BYTES_MAX);
                case 7 -> domain = in.text();
                case 8 -> overload = in.text();
                case 9 -> entry();
                default -> in.text();
            }
        }
        operator(caller, domain, operator, overload);
        allocations.node(operator, inputs);
        if (constant != null) {
            allocations.constant(output, constant);
        }
        in.leave();
    }

    private String skipped(String first) throws IOException, RefusedException {
        in.text();
        return first;
    }

    private void operator(String caller, String domain, String operator, String overload)
            throws RefusedException {
        if (!operator.matches("[A-Za-z_][A-Za-z0-9_.]*") || !domain.matches("[A-Za-z0-9_.-]*")) {
            throw in.refused(
                    Reason.OPERATOR, "'" + domain + ":" + operator + "' names no operator");
        }
        if (!Operators.builtIn(domain)) {
            functions.call(caller, Functions.key(domain, operator, overload));
        } else if (Operators.allowed(domain, operator)) {
            functions.node(caller);
        } else {
            throw in.refused(
                    Reason.OPERATOR, "operator " + domain + ":" + operator + " is not on the list");
        }
    }

    /** The kinds of attributes in the order of their codes, and the field that each stands in. */
    private static final int[] FIELD_OF_TYPE = {0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 22, 23, 14, 15};

    /** An attribute; a tensor that it holds, else {@code before}. */
    private @Nullable Tensor attribute(String caller, @Nullable Tensor before)
            throws IOException, RefusedException {
        in.enter(Schema.ATTRIBUTE);
        Tensor tensor = before;
        int type = 0;
        Set<Integer> used = new HashSet<>();
        boolean reference = false;
        var numbers = new long[1];
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field != 1 && field != 13 && field != 20 && field != 21) {
                used.add(field);
            }
            switch (field) {
                case 1 -> in.text();
                case 4, 9 -> in.skipText(DOC_BYTES_MAX);
                case 5, 10 -> {
                    count();
                    tensor = tensors.constant();
                }
                case 6, 11 -> graph(caller);
                case 7 -> numbers[0] += in.count(4);
                case 8 -> in.numbers(_ -> numbers[0]++);
                case 13 -> in.skipText(DOC_BYTES_MAX);
                case 14, 15 -> type();
                case 20 -> type = (int) within(in.number());
                case 21 -> reference = !in.text().isEmpty();
                case 22, 23 -> {
                    count();
                    tensors.sparse();
                }
                default -> in.skip();
            }
        }
        if (numbers[0] > LIST_MAX) {
            throw in.refused(Reason.TOO_MANY, "a list has at most " + LIST_MAX + " numbers");
        }
        checkAttribute(caller, type, used, reference);
        in.leave();
        return tensor;
    }

    private long within(long type) throws RefusedException {
        if (type < 1 || type >= FIELD_OF_TYPE.length) {
            throw in.refused(Reason.ATTRIBUTE, "there is no attribute type " + type);
        }
        return type;
    }

    /** An empty list leaves no trace in the file; a single value must be there. */
    private void checkAttribute(String caller, int type, Set<Integer> used, boolean reference)
            throws RefusedException {
        if (type == 0) {
            throw in.refused(Reason.ATTRIBUTE, "the attribute has no type");
        }
        if (reference && caller.equals(Functions.GRAPH)) {
            throw in.refused(Reason.ATTRIBUTE, "only a function's attribute may refer to another");
        }
        boolean list = type >= 6 && type <= 10 || type == 12 || type == 14;
        Set<Integer> expected = Set.of(FIELD_OF_TYPE[type]);
        boolean right = used.equals(expected) || used.isEmpty() && (list || reference);
        if (!right || reference && !used.isEmpty()) {
            throw in.refused(
                    Reason.ATTRIBUTE,
                    "type "
                            + type
                            + " stands in field "
                            + FIELD_OF_TYPE[type]
                            + ", found "
                            + used.stream().sorted().toList());
        }
    }

    private void value() throws IOException, RefusedException {
        in.enter(Schema.VALUE);
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> in.text();
                case 2 -> type();
                case 3 -> in.skipText(DOC_BYTES_MAX);
                default -> entry();
            }
        }
        in.leave();
    }

    private void type() throws IOException, RefusedException {
        if (++typeDepth > TYPE_DEPTH_MAX) {
            throw in.refused(
                    Reason.DEPTH, "types lie in each other more than " + TYPE_DEPTH_MAX + " deep");
        }
        in.enter(Schema.TYPE);
        int kinds = 0;
        for (int field = in.next(); field != 0; field = in.next()) {
            kinds += field == 6 ? 0 : 1;
            switch (field) {
                case 1, 8 -> tensorType();
                case 5 -> mapType();
                case 4, 9 -> elementType();
                default -> in.text();
            }
        }
        if (kinds > 1) {
            throw in.refused(Reason.AGAIN, "a type is one thing, found " + kinds);
        }
        in.leave();
        typeDepth--;
    }

    private void elementType() throws IOException, RefusedException {
        in.enter(Schema.ELEMENT_TYPE);
        while (in.next() != 0) {
            type();
        }
        in.leave();
    }

    private void mapType() throws IOException, RefusedException {
        in.enter(Schema.MAP_TYPE);
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == 1) {
                tensors.type(in.number());
            } else {
                type();
            }
        }
        in.leave();
    }

    private void tensorType() throws IOException, RefusedException {
        in.enter(Schema.TENSOR_TYPE);
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == 1) {
                tensors.type(in.number());
            } else {
                shape();
            }
        }
        in.leave();
    }

    private void shape() throws IOException, RefusedException {
        in.enter(Schema.SHAPE);
        long known = 1;
        while (in.next() != 0) {
            known *= Math.max(1, dimension());
            if (known > TensorScan.ELEMENTS_MAX) {
                throw in.refused(
                        Reason.SHAPE,
                        "the known dimensions make more than "
                                + TensorScan.ELEMENTS_MAX
                                + " elements");
            }
        }
        in.leave();
    }

    /** Its size; 1 if it is not known beforehand. */
    private long dimension() throws IOException, RefusedException {
        in.enter(Schema.DIMENSION);
        long size = 1;
        int kinds = 0;
        for (int field = in.next(); field != 0; field = in.next()) {
            kinds += field == 3 ? 0 : 1;
            if (field == 1) {
                size = in.number();
            } else {
                in.text();
            }
        }
        if (kinds > 1) {
            throw in.refused(Reason.AGAIN, "a dimension is a number or a name, found both");
        }
        // Some exporters write -1 for "not known".
        if (size < -1 || size > TensorScan.ELEMENTS_MAX) {
            throw in.refused(Reason.SHAPE, "a dimension of " + size);
        }
        in.leave();
        return size;
    }

    private void function() throws IOException, RefusedException {
        in.enter(Schema.FUNCTION);
        String name = "";
        String domain = "";
        String overload = "";
        Map<String, Long> imports = new HashMap<>();
        // The name may stand behind the nodes; until then they are counted under this one.
        String nameless = functions.nameless();
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> name = in.text();
                case 4, 5, 6 -> in.text();
                case 7 -> node(nameless);
                case 8 -> in.skipText(DOC_BYTES_MAX);
                case 9 -> operatorSet(imports);
                case 10 -> domain = in.text();
                case 11 -> attribute(nameless, null);
                case 12 -> value();
                case 13 -> overload = in.text();
                default -> entry();
            }
        }
        if (Operators.builtIn(domain) || name.isEmpty()) {
            throw in.refused(
                    Reason.FUNCTION,
                    "a function has a name and a domain of its own, found '"
                            + domain
                            + ":"
                            + name
                            + "'");
        }
        if (!functions.rename(nameless, Functions.key(domain, name, overload))) {
            throw in.refused(
                    Reason.FUNCTION, "function " + domain + ":" + name + " is defined twice");
        }
        in.leave();
    }
}
