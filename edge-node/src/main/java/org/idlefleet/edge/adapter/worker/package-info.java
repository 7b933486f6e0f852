/**
 * The worker: a process of its own that runs ONNX Runtime, and the daemon's hold on it.
 *
 * <p>{@link org.idlefleet.edge.adapter.worker.WorkerProcess} is what runs in it; the other public
 * types live in the daemon.
 */
@NullMarked
package org.idlefleet.edge.adapter.worker;

import org.jspecify.annotations.NullMarked;
