/** Figures of the owner's daemon: how fast it lets go, and how little it takes. */
@NullMarked
package org.idlefleet.figures.edge;

import org.jspecify.annotations.NullMarked;
