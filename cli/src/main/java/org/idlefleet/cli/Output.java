package org.idlefleet.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

import tools.jackson.databind.JsonNode;

/** Where a command's answer goes: for people, or with {@code --json} for programs. */
final class Output {
    @Spec(Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--json", description = "Print JSON for programs.")
    private boolean json;

    /** Prints one of the two. */
    void print(JsonNode machine, Object human) {
        var out = command.commandLine().getOut();
        if (json) {
            out.println(machine.toPrettyString());
        } else {
            out.print(human);
        }
        out.flush();
    }
}
