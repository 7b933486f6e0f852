/** Figures, each printed beside its limit or peer. */
@NullMarked
package org.idlefleet.figures;

import org.jspecify.annotations.NullMarked;
