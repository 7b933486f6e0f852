/** Nights of vehicles whose signals fail, and the owner's gate of production among them. */
@NullMarked
package org.idlefleet.simulator.nights;

import org.jspecify.annotations.NullMarked;
