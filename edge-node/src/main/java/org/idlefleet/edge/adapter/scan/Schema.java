package org.idlefleet.edge.adapter.scan;

import com.google.protobuf.WireFormat;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The messages of ONNX (IR versions 3 to 13) field by field, without those that are deprecated or
 * that no model here needs: training, segments, several devices, opaque types. A field outside of
 * it refuses the model.
 */
enum Schema {
    MODEL(
            one(1, "ir_version", Kind.INT),
            one(2, "producer_name", Kind.TEXT),
            one(3, "producer_version", Kind.TEXT),
            one(4, "domain", Kind.TEXT),
            one(5, "model_version", Kind.INT),
            one(6, "doc_string", Kind.BYTES),
            one(7, "graph", Kind.BYTES),
            many(8, "opset_import", Kind.BYTES, 64),
            many(14, "metadata_props", Kind.BYTES, 1024),
            many(25, "functions", Kind.BYTES, 4096)),
    OPERATOR_SET(one(1, "domain", Kind.TEXT), one(2, "version", Kind.INT)),
    ENTRY(one(1, "key", Kind.TEXT), one(2, "value", Kind.BYTES)),
    GRAPH(
            many(1, "node", Kind.BYTES, GraphScan.NODES_MAX),
            one(2, "name", Kind.TEXT),
            many(5, "initializer", Kind.BYTES, GraphScan.TENSORS_MAX),
            one(10, "doc_string", Kind.BYTES),
            many(11, "input", Kind.BYTES, GraphScan.TENSORS_MAX),
            many(12, "output", Kind.BYTES, 4096),
            many(13, "value_info", Kind.BYTES, 8 * GraphScan.NODES_MAX),
            many(14, "quantization_annotation", Kind.BYTES, GraphScan.TENSORS_MAX),
            many(15, "sparse_initializer", Kind.BYTES, 1024),
            many(16, "metadata_props", Kind.BYTES, 1024)),
    NODE(
            many(1, "input", Kind.TEXT, 4096),
            many(2, "output", Kind.TEXT, 4096),
            one(3, "name", Kind.TEXT),
            one(4, "op_type", Kind.TEXT),
            many(5, "attribute", Kind.BYTES, 256),
            one(6, "doc_string", Kind.BYTES),
            one(7, "domain", Kind.TEXT),
            one(8, "overload", Kind.TEXT),
            many(9, "metadata_props", Kind.BYTES, 64)),
    ATTRIBUTE(
            one(1, "name", Kind.TEXT),
            one(2, "f", Kind.FLOAT),
            one(3, "i", Kind.INT),
            one(4, "s", Kind.BYTES),
            one(5, "t", Kind.BYTES),
            one(6, "g", Kind.BYTES),
            many(7, "floats", Kind.FLOATS, GraphScan.LIST_MAX),
            many(8, "ints", Kind.INTS, GraphScan.LIST_MAX),
            many(9, "strings", Kind.BYTES, 65536),
            many(10, "tensors", Kind.BYTES, 1024),
            many(11, "graphs", Kind.BYTES, 16),
            one(13, "doc_string", Kind.BYTES),
            one(14, "tp", Kind.BYTES),
            many(15, "type_protos", Kind.BYTES, 64),
            one(20, "type", Kind.INT),
            one(21, "ref_attr_name", Kind.TEXT),
            one(22, "sparse_tensor", Kind.BYTES),
            many(23, "sparse_tensors", Kind.BYTES, 64)),
    TENSOR(
            many(1, "dims", Kind.INTS, TensorScan.RANK_MAX),
            one(2, "data_type", Kind.INT),
            many(4, "float_data", Kind.FLOATS, Integer.MAX_VALUE),
            many(5, "int32_data", Kind.INTS, Integer.MAX_VALUE),
            many(6, "string_data", Kind.BYTES, TensorScan.STRINGS_MAX),
            many(7, "int64_data", Kind.INTS, Integer.MAX_VALUE),
            one(8, "name", Kind.TEXT),
            one(9, "raw_data", Kind.BYTES),
            many(10, "double_data", Kind.DOUBLES, Integer.MAX_VALUE),
            many(11, "uint64_data", Kind.INTS, Integer.MAX_VALUE),
            one(12, "doc_string", Kind.BYTES),
            many(13, "external_data", Kind.BYTES, 4),
            one(14, "data_location", Kind.INT),
            many(16, "metadata_props", Kind.BYTES, 64)),
    SPARSE_TENSOR(
            one(1, "values", Kind.BYTES),
            one(2, "indices", Kind.BYTES),
            many(3, "dims", Kind.INTS, TensorScan.RANK_MAX)),
    ANNOTATION(
            one(1, "tensor_name", Kind.TEXT),
            many(2, "quant_parameter_tensor_names", Kind.BYTES, 16)),
    VALUE(
            one(1, "name", Kind.TEXT),
            one(2, "type", Kind.BYTES),
            one(3, "doc_string", Kind.BYTES),
            many(4, "metadata_props", Kind.BYTES, 64)),
    TYPE(
            one(1, "tensor_type", Kind.BYTES),
            one(4, "sequence_type", Kind.BYTES),
            one(5, "map_type", Kind.BYTES),
            one(6, "denotation", Kind.TEXT),
            one(8, "sparse_tensor_type", Kind.BYTES),
            one(9, "optional_type", Kind.BYTES)),
    TENSOR_TYPE(one(1, "elem_type", Kind.INT), one(2, "shape", Kind.BYTES)),
    ELEMENT_TYPE(one(1, "elem_type", Kind.BYTES)),
    MAP_TYPE(one(1, "key_type", Kind.INT), one(2, "value_type", Kind.BYTES)),
    SHAPE(many(1, "dim", Kind.BYTES, TensorScan.RANK_MAX)),
    DIMENSION(
            one(1, "dim_value", Kind.INT),
            one(2, "dim_param", Kind.TEXT),
            one(3, "denotation", Kind.TEXT)),
    FUNCTION(
            one(1, "name", Kind.TEXT),
            many(4, "input", Kind.TEXT, 4096),
            many(5, "output", Kind.TEXT, 4096),
            many(6, "attribute", Kind.TEXT, 256),
            many(7, "node", Kind.BYTES, GraphScan.NODES_MAX),
            one(8, "doc_string", Kind.BYTES),
            many(9, "opset_import", Kind.BYTES, 64),
            one(10, "domain", Kind.TEXT),
            many(11, "attribute_proto", Kind.BYTES, 256),
            many(12, "value_info", Kind.BYTES, 8 * GraphScan.NODES_MAX),
            one(13, "overload", Kind.TEXT),
            many(14, "metadata_props", Kind.BYTES, 64));

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Field> fields;

    Schema(Field... fields) {
        this.fields = List.of(fields);
    }

    /** The field with this number; null if there is none. */
    @Nullable Field field(int number) {
        for (Field field : fields) {
            if (field.number() == number) {
                return field;
            }
        }
        return null;
    }

    /** How a field stands in the file. */
    enum Kind {
        INT(WireFormat.WIRETYPE_VARINT),
        FLOAT(WireFormat.WIRETYPE_FIXED32),
        TEXT(WireFormat.WIRETYPE_LENGTH_DELIMITED),
        BYTES(WireFormat.WIRETYPE_LENGTH_DELIMITED),
        INTS(WireFormat.WIRETYPE_VARINT),
        FLOATS(WireFormat.WIRETYPE_FIXED32),
        DOUBLES(WireFormat.WIRETYPE_FIXED64);

        private final int wire;

        Kind(int wire) {
            this.wire = wire;
        }

        /** Numbers of a list may stand one by one or packed. */
        boolean accepts(int found) {
            boolean list = this == INTS || this == FLOATS || this == DOUBLES;
            return found == wire || list && found == WireFormat.WIRETYPE_LENGTH_DELIMITED;
        }
    }

    /**
     * A field of a message.
     *
     * @param max how often it may stand there
     */
    record Field(int number, String name, Kind kind, int max) {}

    private static Field one(int number, String name, Kind kind) {
        return new Field(number, name, kind, 1);
    }

    private static Field many(int number, String name, Kind kind, int max) {
        return new Field(number, name, kind, max);
    }
}
