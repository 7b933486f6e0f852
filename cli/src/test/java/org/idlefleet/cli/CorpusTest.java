package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class CorpusTest {
    @Test
    void theBookHasThousandsOfSentencesAndNoneTwice() {
        List<String> sentences = Corpus.sentences();
        assertThat(sentences).hasSizeGreaterThan(5_000).doesNotHaveDuplicates();
        assertThat(sentences)
                .allSatisfy(sentence ->
                        assertThat(sentence)
                                .matches("(?s)\\p{Lu}.*")
                                .doesNotContain("\n")
                                .doesNotStartWith("CHAPTER "));
        assertThat(sentences)
                .contains("It was the whiteness of the whale that above all things appalled me.");
    }

    @Test
    void piecesHaveTheLengthAskedFor() {
        assertThat(Corpus.pieces(300, 23))
                .hasSize(300)
                .allSatisfy(piece -> assertThat(piece.split(" ")).hasSize(23));
    }
}
