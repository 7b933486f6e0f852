/** ONNX Runtime and Hugging Face tokenizers as the node's engine. */
@NullMarked
package org.idlefleet.edge.adapter.onnx;

import org.jspecify.annotations.NullMarked;
