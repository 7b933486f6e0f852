package org.idlefleet.house.mutants;

import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The process that runs tests on one seeded bug, whose classes stand first on its class path. It
 * writes the first failure into a file, which remains absent if all pass.
 */
final class Trial {
    private Trial() {}

    /** Takes the file's path and the names of the test classes. */
    public static void main(String[] arguments) {
        int status = 1;
        try {
            Optional<String> failure = failure(List.of(arguments).subList(1, arguments.length));
            if (failure.isPresent()) {
                Files.writeString(Path.of(arguments[0]), failure.get());
            }
            status = 0;
        } catch (Exception | LinkageError e) {
            System.err.println(e);
        } finally {
            System.exit(status); // whatever threads the tests have left
        }
    }

    private static Optional<String> failure(List<String> tests) {
        try {
            return firstFailure(tests);
        } catch (OutOfMemoryError _) {
            // JUnit lets it through instead of failing the test.
            return Optional.of("runs out of memory");
        }
    }

    /** Test by test, so that a bug that is found early costs little. */
    private static Optional<String> firstFailure(List<String> tests) {
        for (String test : tests) {
            var summary = new SummaryGeneratingListener();
            var enough = CancellationToken.create();
            LauncherFactory.create()
                    .execute(
                            LauncherExecutionRequestBuilder.request(
                                            LauncherDiscoveryRequestBuilder.request()
                                                    .selectors(DiscoverySelectors.selectClass(test))
                                                    .build())
                                    .listeners(summary, new Enough(enough))
                                    .cancellationToken(enough)
                                    .build());
            if (summary.getSummary().getTestsFoundCount() == 0) {
                throw new IllegalStateException(test + " has no tests");
            }
            for (var failure : summary.getSummary().getFailures()) {
                return Optional.of(
                        test.substring(test.lastIndexOf('.') + 1)
                                + ": "
                                + failure.getTestIdentifier().getDisplayName());
            }
        }
        return Optional.empty();
    }

    /** Ends a run with the first test that fails. */
    private record Enough(CancellationToken run) implements TestExecutionListener {
        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                run.cancel();
            }
        }
    }
}
