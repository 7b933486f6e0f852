package org.idlefleet.protocol.adapter;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One direction of the wire: messages as protobuf frames and back. A frame is a {@code NodeFrame}
 * or {@code CoordinatorFrame} of {@code wire.proto}. Reading checks sizes before it allocates.
 * Thread-safe.
 *
 * @param <M> the messages of this direction
 */
public final class WireCodec<M> {
    private static final int MESSAGES_FIELD = 1;
    private static final int MESSAGES_TAG =
            MESSAGES_FIELD << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    /** Messages are merged into frames up to this size, so that a slow peer gets whole ones. */
    private static final int MERGED_BYTES = 256 << 10;

    /** Room that a message needs in a frame beside its payload. */
    private static final int OVERHEAD_BYTES = 512;

    private final Kinds<M> kinds;
    private final WireLimits limits;
    private final int frameBytes;
    private final int mergedBytes;
    private final int controlBytes;
    private final int frameMessages;

    private WireCodec(Kinds<M> kinds, WireLimits limits) {
        this.kinds = kinds;
        this.limits = limits;
        this.frameBytes = limits.count(WireLimit.FRAME_BYTES);
        this.mergedBytes = Math.min(frameBytes, MERGED_BYTES);
        this.controlBytes = limits.count(WireLimit.CONTROL_BYTES);
        this.frameMessages = limits.count(WireLimit.FRAME_MESSAGES);
    }

    /** What nodes say. */
    public static WireCodec<NodeMessage> ofNode(WireLimits limits) {
        return new WireCodec<>(new NodeKinds(new Fields(limits)), limits);
    }

    /** What coordinators say. */
    public static WireCodec<CoordinatorMessage> ofCoordinator(WireLimits limits) {
        return new WireCodec<>(new CoordinatorKinds(new Fields(limits)), limits);
    }

    /** The kinds of message of one direction. */
    interface Kinds<M> {
        /** The message in its envelope, a {@code NodeMsg} or {@code CoordinatorMsg}. */
        MessageLite toProto(M message);

        /** Reads the message of the kind that has this field number in the envelope. */
        M fromProto(int kind, CodedInputStream in) throws IOException;

        /** The name of a kind for errors; empty if there is no such kind. */
        String name(int kind);

        /** Whether the kind carries bytes that may be as large as a frame. */
        boolean payload(int kind);

        /** About how many bytes the message takes. */
        int weight(M message);
    }

    /** About how many bytes {@code message} takes on the wire. */
    public int weight(M message) {
        return kinds.weight(message);
    }

    /**
     * Checks that {@code message} fits into a frame; otherwise an {@link IllegalArgumentException}.
     */
    public void checkFits(M message) {
        if (kinds.weight(message) > frameBytes - OVERHEAD_BYTES) {
            throw new IllegalArgumentException(
                    message.getClass().getSimpleName()
                            + " of "
                            + kinds.weight(message)
                            + " bytes does not fit: "
                            + limits.met(WireLimit.FRAME_BYTES)
                            + "; send it in parts");
        }
    }

    /** Writes {@code messages}, in order, merged into few frames. */
    public List<byte[]> encode(List<? extends M> messages) {
        var frames = new ArrayList<byte[]>(1);
        var envelopes = new ArrayList<MessageLite>(messages.size());
        int bytes = 0;
        for (M message : messages) {
            MessageLite envelope = kinds.toProto(message);
            int size = CodedOutputStream.computeMessageSize(MESSAGES_FIELD, envelope);
            boolean full = bytes + size > mergedBytes || envelopes.size() == frameMessages;
            if (full && !envelopes.isEmpty()) {
                frames.add(frame(envelopes, bytes));
                envelopes.clear();
                bytes = 0;
            }
            envelopes.add(envelope);
            bytes += size;
        }
        if (!envelopes.isEmpty()) {
            frames.add(frame(envelopes, bytes));
        }
        return frames;
    }

    private static byte[] frame(List<MessageLite> envelopes, int bytes) {
        var frame = new byte[bytes];
        CodedOutputStream out = CodedOutputStream.newInstance(frame);
        try {
            for (MessageLite envelope : envelopes) {
                out.writeMessage(MESSAGES_FIELD, envelope);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes what was counted for it", e);
        }
        out.checkNoSpaceLeft();
        return frame;
    }

    /** Reads one frame. The array belongs to the codec from now on. */
    public List<M> decode(byte[] frame) throws WireException {
        if (frame.length > frameBytes) {
            throw new WireException("frame", WireLimit.FRAME_BYTES, limits, frame.length);
        }
        CodedInputStream in = UnsafeByteOperations.unsafeWrap(frame).newCodedInput();
        in.enableAliasing(true);
        var messages = new ArrayList<M>(4);
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag != MESSAGES_TAG) {
                    throw new WireException("frame", "tag " + tag + " is not 'messages'");
                }
                if (messages.size() == frameMessages) {
                    throw new WireException(
                            "frame", WireLimit.FRAME_MESSAGES, limits, messages.size() + 1);
                }
                int rest = in.pushLimit(in.readRawVarint32());
                messages.add(message(in));
                in.popLimit(rest);
            }
        } catch (WireException e) {
            throw e;
        } catch (IOException e) {
            throw new WireException("frame", e);
        }
        return messages;
    }

    /** Reads an envelope: exactly one kind, which fills it. */
    private M message(CodedInputStream in) throws IOException {
        int tag = in.readTag();
        int kind = WireFormat.getTagFieldNumber(tag);
        String name = kinds.name(kind);
        if (name.isEmpty()
                || WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            throw new WireException("message", "there is no kind with tag " + tag);
        }
        int size = in.readRawVarint32();
        if (size != in.getBytesUntilLimit()) {
            throw new WireException(
                    name, "has " + size + " bytes, its envelope " + in.getBytesUntilLimit());
        }
        if (size > controlBytes && !kinds.payload(kind)) {
            throw new WireException(name, WireLimit.CONTROL_BYTES, limits, size);
        }
        try {
            M message = kinds.fromProto(kind, in);
            in.checkLastTagWas(0);
            return message;
        } catch (WireException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new WireException(name, e);
        }
    }
}
