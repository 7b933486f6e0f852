@NullMarked
package org.idlefleet.edge.adapter.onnx;

import org.jspecify.annotations.NullMarked;
