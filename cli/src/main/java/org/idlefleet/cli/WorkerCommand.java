package org.idlefleet.cli;

import org.idlefleet.cli.fleet.Launch;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;
import org.idlefleet.edge.adapter.worker.WorkerProcess;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.Map;

/** The process that runs ONNX Runtime; only the daemon starts it. */
@Command(name = "worker", hidden = true, description = "Run models for the daemon that started it.")
final class WorkerCommand implements Runnable {
    @Parameters private List<String> arguments = List.of();

    @Override
    public void run() {
        WorkerProcess.main(arguments.toArray(String[]::new));
    }

    /** How a daemon of ours starts its worker: as itself was started, on the same Java. */
    static WorkerLaunch launch() {
        return new WorkerLaunch(
                Launch.command(List.of("edge", "worker")),
                Map.of(
                        "IDLEFLEET_CHILD",
                        "free",
                        "IDLEFLEET_JAVA_HOME",
                        System.getProperty("java.home")));
    }
}
