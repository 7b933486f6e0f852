/** Sweeps over seeds. */
@NullMarked
package org.idlefleet.simulator;

import org.jspecify.annotations.NullMarked;
