package org.idlefleet.protocol.adapter;

/** A limit of the wire: its name in configuration, its default, and what to say when it is met. */
public enum WireLimit {
    /** Both directions; larger payloads travel in parts. */
    FRAME_BYTES("frame-bytes", "bytes", 4 << 20, "of one WebSocket frame"),
    CONTROL_BYTES("control-bytes", "bytes", 256 << 10, "of one message that carries no payload"),
    FRAME_MESSAGES("frame-messages", "messages", 16_384, "in one frame"),
    /** Also cuts the reasons and details that we send. */
    TEXT_CHARS("text-chars", "characters", 1_024, "of one text in a message"),
    CHECKPOINT_CHARS("checkpoint-chars", "characters", 16_384, "of one ledger checkpoint"),
    SHARD_ITEMS("shard-items", "items", 65_536, "in one shard"),
    MODELS("models", "models", 1_024, "in one offer or welcome"),
    CHUNK_BYTES("chunk-bytes", "bytes", 1 << 20, "of one piece of a model file"),

    PREAUTH_BYTES("preauth-bytes", "bytes", 64 << 10, "from a peer that we do not know yet"),
    HTTP_HEAD_BYTES("http-head-bytes", "bytes", 8 << 10, "of one HTTP request head"),
    HTTP_BODY_BYTES("http-body-bytes", "bytes", 16 << 10, "of one certificate request"),
    HANDSHAKE_MILLIS("handshake-millis", "ms", 5_000, "for the TLS handshake"),
    FIRST_MESSAGE_MILLIS("first-message-millis", "ms", 10_000, "from connecting to the hello"),
    ADDRESS_HANDSHAKES(
            "address-handshakes", "connections", 50, "begun by one address in one second"),
    ADDRESS_UNAUTHENTICATED(
            "address-unauthenticated", "connections", 200, "of one address, not known yet"),
    ADDRESS_CONNECTIONS("address-connections", "connections", 4_096, "of one address"),
    UNAUTHENTICATED("unauthenticated", "connections", 2_000, "in all, not known yet"),
    CONNECTIONS("connections", "connections", 250_000, "in all"),

    RENEWAL_GRACE_MILLIS(
            "renewal-grace-millis",
            "ms",
            30L * 24 * 60 * 60 * 1_000,
            "after a certificate's end in which it still gets the next one"),
    IDLE_MILLIS("idle-millis", "ms", 90_000, "without a whole frame from the peer"),
    /** At this backlog a session is no longer writable; at half of it, it is again. */
    WRITE_HIGH_BYTES("write-high-bytes", "bytes", 1 << 20, "waiting for the peer to read"),
    WRITE_BACKLOG_BYTES(
            "write-backlog-bytes", "bytes", 32 << 20, "waiting for the peer to read, at the most"),
    SLOW_READER_MILLIS("slow-reader-millis", "ms", 30_000, "in which the peer read nothing"),
    CLOSE_MILLIS("close-millis", "ms", 2_000, "for a last word to leave");

    private final String label;
    private final String unit;
    private final long byDefault;
    private final String of;

    WireLimit(String label, String unit, long byDefault, String of) {
        this.label = label;
        this.unit = unit;
        this.byDefault = byDefault;
        this.of = of;
    }

    /** The name in configuration, logs and errors. */
    public String label() {
        return label;
    }

    /** What it counts. */
    public String unit() {
        return unit;
    }

    /** The value that holds where nothing else is configured. */
    public long byDefault() {
        return byDefault;
    }

    /** What it bounds, for the table in the documents. */
    public String bounds() {
        return unit + " " + of;
    }

    /** The sentence for whoever met the limit. */
    public String met(long max) {
        return "limit " + label + ": at most " + max + " " + bounds();
    }
}
