/** The vehicle's own signals: COVESA VSS through an Eclipse KUKSA databroker. */
@NullMarked
package org.idlefleet.edge.adapter.kuksa;

import org.jspecify.annotations.NullMarked;
