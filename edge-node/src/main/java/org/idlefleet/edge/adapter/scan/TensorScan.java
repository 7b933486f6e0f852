package org.idlefleet.edge.adapter.scan;

import org.idlefleet.edge.adapter.scan.ElementType.Storage;
import org.idlefleet.edge.adapter.scan.Refusal.Reason;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The check of tensors: shape, type and data must say the same; weights are not kept. */
final class TensorScan {
    /** Most dimensions of a tensor. */
    static final int RANK_MAX = 16;

    /** Elements of a tensor stay below this; the runtime counts them in 32 bits in places. */
    static final long ELEMENTS_MAX = Integer.MAX_VALUE;

    /** Most strings of one tensor, and most bytes of one string and of all together. */
    static final int STRINGS_MAX = 1 << 20;

    private static final int STRING_BYTES_MAX = 1 << 20;
    private static final long STRINGS_BYTES_MAX = 1 << 26;

    /** Integers that are kept of a tensor that may be a shape. */
    private static final int SHAPE_KEPT = RANK_MAX;

    /** Most values of a sparse tensor, and most bytes that it may take when spread out. */
    private static final int SPARSE_VALUES_MAX = 1 << 16;

    private static final long SPARSE_DENSE_BYTES_MAX = 1 << 28;

    private final Wire in;
    private final ExternalData external;
    private long stringBytes;

    TensorScan(Wire in, ExternalData external) {
        this.in = in;
        this.external = external;
    }

    /**
     * A tensor that is as it should be.
     *
     * @param bytes of its elements side by side
     * @param values the integers of a small or of an index tensor; null if they were not kept
     */
    record Tensor(
            String name,
            ElementType type,
            long[] dims,
            long elements,
            long bytes,
            long @Nullable [] values) {}

    /** The tensor at the cursor, a weight of the graph: its data may lie in another file. */
    Tensor weight() throws IOException, RefusedException {
        return tensor(SHAPE_KEPT, true);
    }

    /** The tensor at the cursor, whose data stands in the model itself. */
    Tensor constant() throws IOException, RefusedException {
        return tensor(SHAPE_KEPT, false);
    }

    private Tensor tensor(int keep, boolean mayBeExternal) throws IOException, RefusedException {
        in.enter(Schema.TENSOR);
        var parts = new Parts(keep);
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> in.numbers(dim -> dim(parts.dims, dim));
                case 2 -> parts.type = type(in.number());
                case 4 -> parts.count(Storage.FLOATS, in.count(4));
                case 5 -> in.numbers(number -> parts.add(Storage.INT32S, number));
                case 6 -> string(parts);
                case 7 -> in.numbers(number -> parts.add(Storage.INT64S, number));
                case 8 -> parts.name = in.text();
                case 9 -> raw(parts);
                case 10 -> parts.count(Storage.DOUBLES, in.count(8));
                case 11 -> in.numbers(number -> parts.add(Storage.UINT64S, number));
                case 13 -> parts.external.add(entry());
                case 14 -> parts.location = in.number();
                default -> in.skip();
            }
        }
        Tensor tensor = checked(parts, mayBeExternal);
        in.leave();
        return tensor;
    }

    /** What was seen of a tensor; its fields may come in any order. */
    private static final class Parts {
        private final int keep;
        private final List<Long> dims = new ArrayList<>();
        private final List<String[]> external = new ArrayList<>();
        private final Map<Storage, Long> stored = new EnumMap<>(Storage.class);
        private final List<Long> kept = new ArrayList<>();
        private byte @Nullable [] keptRaw;
        private @Nullable ElementType type;
        private String name = "";
        private long raw = -1;
        private long location;
        private long least;
        private long most;
        private boolean any;

        Parts(int keep) {
            this.keep = keep;
        }

        void count(Storage storage, int count) {
            stored.merge(storage, (long) count, Long::sum);
        }

        void add(Storage storage, long number) {
            count(storage, 1);
            least = any ? Math.min(least, number) : number;
            most = any ? Math.max(most, number) : number;
            any = true;
            if (storage == Storage.INT64S && kept.size() <= keep) {
                kept.add(number);
            }
        }
    }

    private void dim(List<Long> dims, long dim) throws RefusedException {
        if (dims.size() == RANK_MAX) {
            throw in.refused(Reason.TOO_MANY, "at most " + RANK_MAX + " dimensions are taken");
        }
        if (dim < 0 || dim > ELEMENTS_MAX) {
            throw in.refused(
                    Reason.SHAPE, "a dimension is from 0 to " + ELEMENTS_MAX + ", found " + dim);
        }
        dims.add(dim);
    }

    /** The element type with this code. */
    ElementType type(long code) throws RefusedException {
        ElementType type = ElementType.of(code);
        if (type == null) {
            throw in.refused(Reason.DATA, "there is no element type " + code);
        }
        return type;
    }

    private void string(Parts parts) throws IOException, RefusedException {
        int bytes = in.skip();
        stringBytes += bytes;
        if (bytes > STRING_BYTES_MAX || stringBytes > STRINGS_BYTES_MAX) {
            throw in.refused(
                    Reason.TEXT,
                    "a string has at most "
                            + STRING_BYTES_MAX
                            + " bytes, all of a model "
                            + STRINGS_BYTES_MAX
                            + "; found "
                            + bytes
                            + " and "
                            + stringBytes);
        }
        parts.count(Storage.STRINGS, 1);
    }

    private void raw(Parts parts) throws IOException, RefusedException {
        Wire.Blob blob = in.blob(8 * parts.keep);
        parts.raw = blob.length();
        parts.keptRaw = blob.kept();
    }

    /** A key and its value. */
    private String[] entry() throws IOException, RefusedException {
        in.enter(Schema.ENTRY);
        String[] entry = {"", ""};
        for (int field = in.next(); field != 0; field = in.next()) {
            entry[field - 1] = in.text();
        }
        in.leave();
        return entry;
    }

    private Tensor checked(Parts parts, boolean mayBeExternal)
            throws IOException, RefusedException {
        ElementType type = parts.type;
        if (type == null) {
            throw in.refused(Reason.MISSING, "the tensor '" + parts.name + "' has no data_type");
        }
        long[] dims = parts.dims.stream().mapToLong(Long::longValue).toArray();
        long elements = elements(parts.name, dims);
        long bytes = type.bytes(elements);
        if (parts.location != 0 || !parts.external.isEmpty()) {
            checkExternal(parts, type, bytes, mayBeExternal);
        } else if (parts.raw >= 0) {
            checkRaw(parts, type, bytes);
        } else {
            checkStored(parts, type, elements);
        }
        return new Tensor(parts.name, type, dims, elements, bytes, values(parts, type, elements));
    }

    /** The count of elements; dimensions beside a 0 must be sane as well. */
    private long elements(String name, long[] dims) throws RefusedException {
        long product = 1;
        boolean none = false;
        for (long dim : dims) {
            none |= dim == 0;
            product *= Math.max(1, dim);
            if (product > ELEMENTS_MAX) {
                throw in.refused(
                        Reason.SHAPE,
                        "the tensor '"
                                + name
                                + "' has more than "
                                + ELEMENTS_MAX
                                + " elements: "
                                + Arrays.toString(dims));
            }
        }
        return none ? 0 : product;
    }

    private void checkExternal(Parts parts, ElementType type, long bytes, boolean mayBeExternal)
            throws IOException, RefusedException {
        if (parts.location != 1) {
            throw in.refused(
                    Reason.EXTERNAL_DATA,
                    "external_data needs data_location 1, found " + parts.location);
        }
        if (!mayBeExternal || type == ElementType.STRING) {
            throw in.refused(
                    Reason.EXTERNAL_DATA,
                    "only weights of a graph that are no strings may lie in another file");
        }
        if (parts.raw >= 0 || !parts.stored.isEmpty()) {
            throw in.refused(Reason.EXTERNAL_DATA, "the tensor has data here and in another file");
        }
        external.check(in, parts.external, bytes);
    }

    private void checkRaw(Parts parts, ElementType type, long bytes) throws RefusedException {
        if (type == ElementType.STRING || !parts.stored.isEmpty()) {
            throw in.refused(
                    Reason.DATA,
                    "raw_data is for tensors that are no strings and have no other data");
        }
        if (parts.raw != bytes) {
            throw in.refused(
                    Reason.DATA,
                    "raw_data of '"
                            + parts.name
                            + "' has "
                            + parts.raw
                            + " bytes, shape "
                            + parts.dims
                            + " of "
                            + type
                            + " takes "
                            + bytes);
        }
    }

    private void checkStored(Parts parts, ElementType type, long elements) throws RefusedException {
        long expected = type.stored(elements);
        long found = parts.stored.getOrDefault(type.storage(), 0L);
        if (found != expected || parts.stored.size() > (expected > 0 ? 1 : 0)) {
            throw in.refused(
                    Reason.DATA,
                    "the tensor '"
                            + parts.name
                            + "' of "
                            + type
                            + " takes "
                            + expected
                            + " numbers in "
                            + type.storage().field()
                            + ", found "
                            + parts.stored);
        }
        if (parts.any && !(type.holds(parts.least) && type.holds(parts.most))) {
            throw in.refused(
                    Reason.DATA,
                    "numbers from "
                            + parts.least
                            + " to "
                            + parts.most
                            + " are not all of type "
                            + type);
        }
    }

    private static long @Nullable [] values(Parts parts, ElementType type, long elements) {
        if (type != ElementType.INT64 || elements > parts.keep) {
            return null;
        }
        byte[] raw = parts.keptRaw;
        if (raw == null) {
            return parts.kept.size() == elements
                    ? parts.kept.stream().mapToLong(Long::longValue).toArray()
                    : null;
        }
        var values = new long[(int) elements];
        ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
        return values;
    }

    /** The sparse tensor at the cursor: its name is that of its values. */
    Tensor sparse() throws IOException, RefusedException {
        in.enter(Schema.SPARSE_TENSOR);
        Tensor values = null;
        Tensor indices = null;
        var dims = new ArrayList<Long>();
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> values = constant();
                case 2 -> indices = tensor(RANK_MAX * SPARSE_VALUES_MAX, false);
                default -> in.numbers(dim -> dim(dims, dim));
            }
        }
        if (values == null || indices == null || dims.isEmpty()) {
            throw in.refused(
                    Reason.MISSING, "a sparse tensor has values, indices and dims; one is missing");
        }
        checkSparse(values, indices, dims.stream().mapToLong(Long::longValue).toArray());
        in.leave();
        return values;
    }

    private void checkSparse(Tensor values, Tensor indices, long[] dims) throws RefusedException {
        long dense = elements(values.name(), dims);
        long count = values.elements();
        long[] shape = indices.dims();
        boolean pairs = shape.length == 2 && shape[0] == count && shape[1] == dims.length;
        boolean linear = shape.length == 1 && shape[0] == count;
        if (values.type() == ElementType.STRING
                || values.dims().length != 1
                || count > Math.min(dense, SPARSE_VALUES_MAX)
                || indices.type() != ElementType.INT64
                || !pairs && !linear) {
            throw in.refused(
                    Reason.SPARSE,
                    "values of shape [n] and indices of shape [n] or [n, rank] in INT64 are"
                            + " expected, n at most "
                            + Math.min(dense, SPARSE_VALUES_MAX));
        }
        if (values.type().bytes(dense) > SPARSE_DENSE_BYTES_MAX) {
            throw in.refused(
                    Reason.SPARSE,
                    "spread out, the tensor takes more than " + SPARSE_DENSE_BYTES_MAX + " bytes");
        }
        long[] places = indices.values();
        if (places == null) {
            throw in.refused(Reason.SPARSE, "the indices can't be read");
        }
        long last = -1;
        for (int i = 0; i < count; i++) {
            long place = linear ? places[i] : place(places, i, dims);
            if (place <= last || place >= dense) {
                throw in.refused(
                        Reason.SPARSE,
                        "index " + i + " is not behind the last one and within " + dense);
            }
            last = place;
        }
    }

    /** The linear index of pair {@code i}; -1 if a coordinate is outside. */
    private static long place(long[] places, int i, long[] dims) {
        long place = 0;
        for (int k = 0; k < dims.length; k++) {
            long coordinate = places[i * dims.length + k];
            if (coordinate < 0 || coordinate >= dims[k]) {
                return -1;
            }
            place = place * dims[k] + coordinate;
        }
        return place;
    }
}
