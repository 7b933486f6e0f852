package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the daemon's and the coordinator's entry read without picocli is what picocli reads. */
class PlainOptionsTest {
    private static final List<String> WORDS =
            List.of(
                    "--config",
                    "--data",
                    "--set",
                    "--set",
                    "--coordinator",
                    "--token",
                    "--token-file",
                    "--set=rules.hours=22:00-06:00",
                    "--data=/a",
                    "--coordinator=h:1",
                    "--token=t",
                    "--json",
                    "--help",
                    "--",
                    "-",
                    "=",
                    "",
                    "--data=",
                    "/etc/edge.yaml",
                    "node.data=/b",
                    "host:7443",
                    "a b");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void readsNoDaemonsOptionsThatPicocliReadsOtherwise(long seed) throws Exception {
        var random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 5000; i++) {
            String[] line = words(random);
            var options = EdgeRun.Options.read(line);
            if (options.isPresent()) {
                read++;
                var run = new EdgeCommand.Run();
                new CommandLine(run).parseArgs(line);
                assertThat(values(options.get().settings()))
                        .as("%s", List.of(line))
                        .isEqualTo(values(field(run, "settings")));
                if (options.get().token().given()) {
                    assertThat(values(options.get().token()))
                            .as("%s", List.of(line))
                            .isEqualTo(values(field(run, "token")));
                }
            }
        }
        assertThat(read).isGreaterThan(500);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void readsNoCoordinatorsOptionsThatPicocliReadsOtherwise(long seed) throws Exception {
        var random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 5000; i++) {
            String[] line = words(random);
            var plain = new CoordinatorCommand.Run();
            if (PlainOptions.read(line, plain::take)) {
                read++;
                var run = new CoordinatorCommand.Run();
                new CommandLine(run).parseArgs(line);
                assertThat(values(plain)).as("%s", List.of(line)).isEqualTo(values(run));
            }
        }
        assertThat(read).isGreaterThan(500);
    }

    private static String[] words(Random random) {
        var args = new ArrayList<String>();
        for (int n = random.nextInt(7); n > 0; n--) {
            args.add(WORDS.get(random.nextInt(WORDS.size())));
        }
        return args.toArray(String[]::new);
    }

    @Test
    void readsWhatTheServiceIsStartedWith() {
        assertThat(EdgeRun.Options.read(new String[] {"--config", "/etc/idlefleet/edge.yaml"}))
                .isPresent();
        assertThat(EdgeRun.Options.read(new String[] {})).isPresent();
    }

    private static List<Object> values(Object options) throws IllegalAccessException {
        var values = new ArrayList<>();
        for (Field field : options.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                values.add(field.get(options));
            }
        }
        return values;
    }

    private static Object field(Object of, String name) throws Exception {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }
}
