/** A real fleet under everything that can happen to it at once, and what its users notice. */
@NullMarked
package org.idlefleet.figures.chaos;

import org.jspecify.annotations.NullMarked;
