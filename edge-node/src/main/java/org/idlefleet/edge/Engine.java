package org.idlefleet.edge;

import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What computes: loads models and runs shards of them. Its methods block; lanes call them, each
 * from a thread of its own, and several may run the same model at once.
 */
public interface Engine extends AutoCloseable {
    /** How long an engine may go on without hearing {@link #permit}. */
    Duration PERMIT = Duration.ofSeconds(3);

    /** How it computes; the same for the engine's whole life. */
    NumericClass numericClass();

    /**
     * Loads a model from a directory that holds its files by name.
     *
     * @throws EngineException if the files are not what the manifest says, or the runtime does not
     *     take them
     */
    LoadedModel load(ModelManifest manifest, Path directory) throws EngineException;

    /**
     * The owner's gate holds open: called again and again while it does. An engine that hears
     * nothing for {@link #PERMIT} stops by itself.
     */
    void permit();

    /**
     * Stops whatever computes or loads, at once; returns before it has. Models that were loaded may
     * be gone, so none is run again without being loaded again.
     */
    void stop();

    @Override
    void close();

    /** A model that can run. Thread-safe. */
    interface LoadedModel extends AutoCloseable {
        ModelManifest manifest();

        /**
         * Runs a shard: the output depends on the items and their order alone, not on what ran
         * before or runs beside it.
         */
        ShardOutcome run(ItemKind kind, List<byte[]> items, Abort abort);

        /** Frees the model; runs that are still going on end first. */
        @Override
        void close();
    }
}
