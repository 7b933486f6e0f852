/** Signals from a script, for tests and demonstrations. */
@NullMarked
package org.idlefleet.edge.adapter.trace;

import org.jspecify.annotations.NullMarked;
