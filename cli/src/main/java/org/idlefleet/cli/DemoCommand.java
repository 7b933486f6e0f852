package org.idlefleet.cli;

import org.idlefleet.cli.demo.DemoRun;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

@Command(
        name = "demo",
        description = {
            "Do the whole job here: a book, five owners, a liar, a car that leaves, a kill -9.",
            "Then show that the answer is right, who was paid, and that the books balance.",
            "Everything runs in processes of its own and is gone afterwards."
        })
final class DemoCommand implements Callable<Integer> {
    private static final int SENTENCES_MIN = 800;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--keep", description = "Leave it running, and say where.")
    private boolean keep;

    @Option(
            names = "--sentences",
            paramLabel = "N",
            defaultValue = "2400",
            description = "How much of the book (800 to 5897, default: ${DEFAULT-VALUE}).")
    private int sentences;

    @Override
    public Integer call() throws Exception {
        int most = Corpus.sentences().size();
        if (sentences < SENTENCES_MIN || sentences > most) {
            throw Failure.usage(
                    "--sentences is "
                            + SENTENCES_MIN
                            + " (with fewer, all are embedded before anything can go wrong) to "
                            + most
                            + " (the whole book), found "
                            + sentences);
        }
        return new DemoRun(spec.commandLine().getOut(), sentences, keep).run()
                ? ExitCode.OK
                : ExitCode.ERROR;
    }
}
