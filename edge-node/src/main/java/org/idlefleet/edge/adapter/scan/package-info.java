/** The ONNX scanner: what a model file must look like before ONNX Runtime may see it. */
@NullMarked
package org.idlefleet.edge.adapter.scan;

import org.jspecify.annotations.NullMarked;
