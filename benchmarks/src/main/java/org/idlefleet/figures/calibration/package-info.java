/** Figures of the comparators: honest results agree, dishonest ones don't. */
@NullMarked
package org.idlefleet.figures.calibration;

import org.jspecify.annotations.NullMarked;
