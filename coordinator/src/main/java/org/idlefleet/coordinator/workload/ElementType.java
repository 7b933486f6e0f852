package org.idlefleet.coordinator.workload;

/** What the elements of a tensor are. */
public enum ElementType {
    FLOAT32(4),
    FLOAT16(2),
    BFLOAT16(2),
    INT64(8),
    INT32(4),
    INT8(1),
    UINT8(1);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether the elements are whole numbers. */
    public boolean whole() {
        return switch (this) {
            case FLOAT32, FLOAT16, BFLOAT16 -> false;
            case INT64, INT32, INT8, UINT8 -> true;
        };
    }
}
