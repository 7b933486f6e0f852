/** Figures of verification: audits and standing against adversaries, in virtual time. */
@NullMarked
package org.idlefleet.figures.trust;

import org.jspecify.annotations.NullMarked;
