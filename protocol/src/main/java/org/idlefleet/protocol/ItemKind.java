package org.idlefleet.protocol;

/** How the items of a job are written as bytes. */
public enum ItemKind {
    /** Each item is UTF-8 text; the node tokenizes it. */
    TEXT,
    /** Each item is token ids, 32 bits each, little-endian. */
    TOKENS
}
