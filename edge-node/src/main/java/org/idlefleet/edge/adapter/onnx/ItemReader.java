package org.idlefleet.edge.adapter.onnx;

import org.idlefleet.protocol.ItemKind;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Items as they come over the wire to token ids, each checked against the model's limits. */
final class ItemReader {
    private final @Nullable TextTokenizer tokenizer;
    private final int tokensMax;

    /**
     * @param tokenizer none if the model takes token ids only
     */
    ItemReader(@Nullable TextTokenizer tokenizer, int tokensMax) {
        this.tokenizer = tokenizer;
        this.tokensMax = tokensMax;
    }

    /** An item that the model does not take; the message names it. */
    static final class BadItem extends Exception {
        private static final long serialVersionUID = 1;

        BadItem(int index, String problem) {
            super("item " + index + " " + problem);
        }
    }

    int[] read(ItemKind kind, int index, byte[] item) throws BadItem {
        int[] tokens =
                switch (kind) {
                    case TEXT -> text(index, item);
                    case TOKENS -> tokens(index, item);
                };
        if (tokens.length > tokensMax) {
            throw new BadItem(
                    index,
                    "has " + tokens.length + " tokens, the model takes " + tokensMax + " at most");
        }
        return tokens;
    }

    private int[] text(int index, byte[] item) throws BadItem {
        if (tokenizer == null) {
            throw new BadItem(index, "is text, but the model has no tokenizer");
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(item));
            return tokenizer.encode(text.toString());
        } catch (CharacterCodingException e) {
            throw new BadItem(index, "is no UTF-8 text");
        }
    }

    private int[] tokens(int index, byte[] item) throws BadItem {
        if (item.length == 0 || item.length % Integer.BYTES != 0) {
            throw new BadItem(
                    index, "has " + item.length + " bytes, token ids take 4 each and 1 at least");
        }
        var tokens = new int[item.length / Integer.BYTES];
        ByteBuffer.wrap(item).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(tokens);
        int vocabulary = tokenizer == null ? Integer.MAX_VALUE : tokenizer.vocabulary();
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                throw new BadItem(
                        index,
                        "has token id "
                                + tokens[i]
                                + " at position "
                                + i
                                + ", the vocabulary has 0 to "
                                + (vocabulary - 1));
            }
        }
        return tokens;
    }
}
