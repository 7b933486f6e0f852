package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A receipt of the first release that made them, with all that it can be held against. */
class ReceiptCommandTest {
    @TempDir private Path directory = Path.of("");

    @BeforeEach
    void unpack() throws Exception {
        for (String name : List.of("job.receipt", "key", "ca.pem", "request.json", "answer.json")) {
            try (InputStream kept = getClass().getResourceAsStream("receipt/" + name)) {
                assertThat(kept).as(name).isNotNull();
                Files.copy(kept, file(name));
            }
        }
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Typed verify(String... more) {
        var words =
                new ArrayList<>(
                        List.of(
                                "receipt",
                                "verify",
                                file("job.receipt").toString(),
                                "--key-file",
                                file("key").toString(),
                                "--ca",
                                file("ca.pem").toString()));
        words.addAll(List.of(more));
        return Typed.idlefleet(words.toArray(String[]::new));
    }

    private void change(String name, String from, String to) throws Exception {
        String text = Files.readString(file(name));
        assertThat(text).contains(from);
        Files.writeString(file(name), text.replace(from, to));
    }

    @Test
    void saysWhatItProvesAndWhatItDoesNot() {
        Typed told = verify("--inputs=" + file("request.json"), "--outputs=" + file("answer.json"));
        assertThat(told.exitCode()).as(told.out()).isEqualTo(ExitCode.OK);
        assertThat(told.out())
                .startsWith("the receipt holds. It proves:\n")
                .contains("2 of 2 results are signed by certified devices")
                .contains("The inputs in the file are those of 1 shards.")
                .contains("The outputs in the file are those of 1 shards.")
                .contains("It does not prove:\n  That the results are right")
                .contains("what a unit of work costs: this receipt does not name them.");
        assertThat(verify("--json").out()).contains("\"holds\" : true", "\"notProven\"");
    }

    @Test
    void endsWithOneForWhateverDoesNotHold() throws Exception {
        change("request.json", "sentence number 3", "sentence number 4");
        Typed inputs = verify("--inputs", file("request.json").toString());
        assertThat(inputs.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(inputs.out()).contains("was not computed on the inputs in the file");
        change("answer.json", "\"tokens\":5", "\"tokens\":6");
        assertThat(verify("--outputs", file("answer.json").toString()).out())
                .contains("the outputs in the file are not its result");
        change("job.receipt", "\"paidMicros\" : 120", "\"paidMicros\" : 119");
        Typed changed = verify();
        assertThat(changed.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(changed.out()).contains("it was changed, or another coordinator made it");
    }

    @Test
    void namesWhatIsWrongWithAFile() throws Exception {
        Files.writeString(file("job.receipt"), "nothing like it");
        assertThat(verify().out()).contains("the receipt cannot be read: expected a text");
        Files.writeString(file("answer.json"), "{\"data\":[{\"index\":0}]}");
        assertThat(verify("--outputs", file("answer.json").toString()).err())
                .contains("answer.json: expected items with 'index', 'tokens' and 'embedding'");
        Files.writeString(file("manifest"), "{}");
        assertThat(verify("--manifest", file("manifest").toString()).err())
                .contains("the model manifest is not what is expected");
        Files.writeString(file("ca.pem"), "no certificate");
        assertThat(verify().err()).contains("ca.pem is no certificate");
        Files.writeString(file("key"), "no key");
        Typed keyless = verify();
        assertThat(keyless.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(keyless.err()).contains("expected a key such as");
        Files.delete(file("job.receipt"));
        assertThat(verify().exitCode()).isNotEqualTo(ExitCode.OK);
    }
}
