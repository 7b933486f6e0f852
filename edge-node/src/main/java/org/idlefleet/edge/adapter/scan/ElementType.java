package org.idlefleet.edge.adapter.scan;

import org.jspecify.annotations.Nullable;

/** What the elements of a tensor are, and where its data may stand if not in {@code raw_data}. */
enum ElementType {
    FLOAT(1, 32, Storage.FLOATS, 1),
    UINT8(2, 8, Storage.INT32S, 0, 255),
    INT8(3, 8, Storage.INT32S, -128, 127),
    UINT16(4, 16, Storage.INT32S, 0, 65535),
    INT16(5, 16, Storage.INT32S, -32768, 32767),
    INT32(6, 32, Storage.INT32S, Integer.MIN_VALUE, Integer.MAX_VALUE),
    INT64(7, 64, Storage.INT64S, 1),
    STRING(8, 0, Storage.STRINGS, 1),
    BOOL(9, 8, Storage.INT32S, 0, 1),
    FLOAT16(10, 16, Storage.INT32S, 0, 65535),
    DOUBLE(11, 64, Storage.DOUBLES, 1),
    UINT32(12, 32, Storage.UINT64S, 1),
    UINT64(13, 64, Storage.UINT64S, 1),
    COMPLEX64(14, 64, Storage.FLOATS, 2),
    COMPLEX128(15, 128, Storage.DOUBLES, 2),
    BFLOAT16(16, 16, Storage.INT32S, 0, 65535),
    FLOAT8E4M3FN(17, 8, Storage.INT32S, 0, 255),
    FLOAT8E4M3FNUZ(18, 8, Storage.INT32S, 0, 255),
    FLOAT8E5M2(19, 8, Storage.INT32S, 0, 255),
    FLOAT8E5M2FNUZ(20, 8, Storage.INT32S, 0, 255),
    UINT4(21, 4, Storage.INT32S, -128, 255),
    INT4(22, 4, Storage.INT32S, -128, 255),
    FLOAT4E2M1(23, 4, Storage.INT32S, -128, 255),
    FLOAT8E8M0(24, 8, Storage.INT32S, 0, 255);

    private static final @Nullable ElementType[] BY_CODE = new @Nullable ElementType[32];

    static {
        for (ElementType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final int bits;
    private final Storage storage;
    private final int perElement;
    private final long min;
    private final long max;

    ElementType(int code, int bits, Storage storage, int perElement) {
        this(code, bits, storage, perElement, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    ElementType(int code, int bits, Storage storage, long min, long max) {
        this(code, bits, storage, 1, min, max);
    }

    ElementType(int code, int bits, Storage storage, int perElement, long min, long max) {
        this.code = code;
        this.bits = bits;
        this.storage = storage;
        this.perElement = perElement;
        this.min = min;
        this.max = max;
    }

    /** The fields of a tensor that hold numbers one by one, or strings. */
    enum Storage {
        FLOATS("float_data"),
        INT32S("int32_data"),
        STRINGS("string_data"),
        INT64S("int64_data"),
        DOUBLES("double_data"),
        UINT64S("uint64_data");

        private final String field;

        Storage(String field) {
            this.field = field;
        }

        String field() {
            return field;
        }
    }

    /** The type with this code; null if there is none. */
    static @Nullable ElementType of(long code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[(int) code] : null;
    }

    Storage storage() {
        return storage;
    }

    /** Bytes of {@code elements} of them side by side; small ones share a byte. */
    long bytes(long elements) {
        return (elements * bits + 7) / 8;
    }

    /** Numbers that {@link #storage} has for {@code elements}; two of 4 bits share one. */
    long stored(long elements) {
        return bits == 4 ? (elements + 1) / 2 : elements * perElement;
    }

    /** Whether a number in {@link #storage} is one of this type. */
    boolean holds(long number) {
        return this == UINT32 ? number >>> 32 == 0 : number >= min && number <= max;
    }
}
