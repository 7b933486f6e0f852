package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.math.BigInteger;

/** What the mapper says is right. */
class JsonTest {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private static final String TEXT =
            """
            {"a":{"b":[1,-2,3.5,1e300,9223372036854775807,123456789012345678901234567890]},
            "t":true,"f":false,"n":null,"":"","s":"\\u00e9\\n\\"\\\\/\\ud83d\\ude00","e":{},"l":[[]]}
            """;

    @Test
    void readsWhatTheMapperReads() {
        assertThat(Json.read(TEXT)).isEqualTo(MAPPER.readTree(TEXT));
        assertThat(Json.read(MAPPER.writeValueAsBytes(MAPPER.readTree(TEXT))))
                .isEqualTo(MAPPER.readTree(TEXT));
    }

    @Test
    void writesWhatTheMapperWrites() {
        JsonNode tree = MAPPER.readTree(TEXT);
        assertThat(Json.text(tree)).isEqualTo(MAPPER.writeValueAsString(tree));
        assertThat(Json.bytes(tree)).isEqualTo(MAPPER.writeValueAsBytes(tree));
        assertThat(Json.pretty(tree))
                .isEqualTo(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree));
    }

    @Test
    void writesEveryKindOfNumberAsItIs() {
        JsonNode tree = Json.array().add(1).add(2L).add(0.1f).add(0.1).add(BigInteger.TEN.pow(30));
        assertThat(Json.text(tree)).isEqualTo("[1,2,0.1,0.1,1" + "0".repeat(30) + "]");
    }

    @Test
    void nothingIsAMissingNode() {
        assertThat(Json.read(new byte[0]).isMissingNode()).isTrue();
        assertThat(Json.read(" ").isMissingNode()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{} {}", "1 2", "[1", "{\"a\"}", "{\"a\":}", "nul", "NaN", "'a'", "]"})
    void refusesWhatIsNoJson(String text) {
        assertThatThrownBy(() -> Json.read(text)).isInstanceOf(JacksonException.class);
    }

    @Test
    void refusesWhatLiesTooDeep() {
        assertThatThrownBy(() -> Json.read("[".repeat(100_000)))
                .isInstanceOf(JacksonException.class);
    }
}
