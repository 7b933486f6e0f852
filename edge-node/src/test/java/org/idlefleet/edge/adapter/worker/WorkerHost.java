package org.idlefleet.edge.adapter.worker;

import org.idlefleet.edge.adapter.config.EdgeConfig;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A daemon reduced to its worker: prints the worker's process id, then lets it go on for ever. */
final class WorkerHost {
    private WorkerHost() {}

    public static void main(String[] args) throws Exception {
        WorkerEngine engine = open(Path.of(args[0]), Path.of(args[0]));
        System.out.println(engine.pid().orElseThrow());
        while (true) {
            engine.permit();
            Thread.sleep(100);
        }
    }

    static WorkerEngine open(Path directory, Path models) throws Exception {
        return open(WorkerLaunch.likeThis(), directory, models);
    }

    static WorkerEngine open(WorkerLaunch launch, Path directory, Path models) throws Exception {
        EdgeConfig config =
                EdgeConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of(
                                "node.data=" + directory,
                                "node.coordinator=localhost",
                                "engine.provider=cpu",
                                "engine.lanes=2"));
        return WorkerEngine.open(launch, config.engine(), directory, models);
    }
}
