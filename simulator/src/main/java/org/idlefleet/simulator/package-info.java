/** Virtual time, network, disk, fleet and adversaries around the production classes. */
@NullMarked
package org.idlefleet.simulator;

import org.jspecify.annotations.NullMarked;
