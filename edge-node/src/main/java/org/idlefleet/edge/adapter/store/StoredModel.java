package org.idlefleet.edge.adapter.store;

import org.idlefleet.protocol.ModelManifest;

import java.nio.file.Path;

/**
 * A model in the store.
 *
 * @param directory holds the files under the names of the manifest
 */
public record StoredModel(ModelManifest manifest, Path directory) {}
