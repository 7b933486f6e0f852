package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

class RecordTreeTest {
    record All(
            int count,
            long bytes,
            double share,
            boolean on,
            String text,
            List<Float> floats,
            List<Part> parts,
            SortedMap<String, Long> limits,
            SortedMap<String, Object> free) {}

    record Part(String name, int size) {
        Part {
            if (size < 0) {
                throw new IllegalArgumentException("a size is 0 or more, found " + size);
            }
        }
    }

    private static final All ALL =
            new All(
                    1,
                    1L << 40,
                    0.25,
                    true,
                    "t",
                    List.of(0.1f),
                    List.of(new Part("p", 3)),
                    new TreeMap<>(Map.of("a", 5L)),
                    new TreeMap<>(Map.of("b", "x", "c", List.of("y", "z"))));

    @Test
    void readsWhatItWrote() {
        ObjectNode tree = RecordTree.of(ALL);
        assertThat(tree.propertyNames()).startsWith("count", "bytes", "share");
        assertThat(RecordTree.read(tree, All.class, true)).isEqualTo(ALL);
        assertThat(RecordTree.read(Json.read(Json.text(tree)), All.class, true)).isEqualTo(ALL);
    }

    @Test
    void takesNumbersAndTruthFromTexts() {
        ObjectNode tree = RecordTree.of(ALL);
        tree.put("count", "7").put("share", "1e-3").put("on", "False");
        All read = RecordTree.read(tree, All.class, true);
        assertThat(read.count()).isEqualTo(7);
        assertThat(read.share()).isEqualTo(0.001);
        assertThat(read.on()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{\"count\":1.5} | 'count' must be a number (int), found 1.5",
                "{\"count\":2147483648} | 'count' must be a number (int), found 2147483648",
                "{\"bytes\":\"many\"} | 'bytes' must be a number (long), found \"many\"",
                "{\"share\":\"NaN\"} | 'share' must be a number (double)",
                "{\"on\":\"maybe\"} | 'on' must be true or false",
                "{\"text\":[]} | 'text' must be one value",
                "{\"floats\":0.1} | 'floats' must be a list",
                "{\"limits\":[1]} | 'limits' must be keys with values",
                "{\"limits\":{\"a\":\"x\"}} | 'limits.a' must be a number",
                "{\"parts\":[{\"name\":\"p\",\"size\":-1}]} | 'parts': a size is 0 or more",
                "{\"parts\":[{\"name\":\"p\",\"sice\":1}]} | 'parts.size' is missing",
                "{\"parts\":[{\"name\":\"p\",\"size\":1,\"sice\":1}]} | unknown key 'parts.sice'",
                "{\"count\":null} | 'count' is missing",
                "{\"other\":1} | unknown key 'other'",
            })
    void saysWhatIsWrongAndWhere(String changes, String message) {
        ObjectNode tree = RecordTree.of(ALL);
        Json.read(changes).forEachEntry(tree::set);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordTree.read(tree, All.class, false))
                .withMessageContaining(message);
    }

    @Test
    void aMissingKeyIsNullOnlyIfTheWholeIsNotAskedFor() {
        ObjectNode tree = RecordTree.of(new Part("p", 1)).put("name", "q");
        tree.remove("name");
        assertThat(RecordTree.read(tree, Part.class, false).name()).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordTree.read(tree, Part.class, true))
                .withMessageContaining("'name' is missing");
    }
}
