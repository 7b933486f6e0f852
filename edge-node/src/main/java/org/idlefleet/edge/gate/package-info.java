/** The owner's rules: signals in, open or closed with reasons out. No library, no clock. */
@NullMarked
package org.idlefleet.edge.gate;

import org.jspecify.annotations.NullMarked;
