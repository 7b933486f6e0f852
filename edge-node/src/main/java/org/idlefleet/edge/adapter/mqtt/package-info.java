/** What a home automation, a charger or another device of the owner's tells over MQTT. */
@NullMarked
package org.idlefleet.edge.adapter.mqtt;

import org.jspecify.annotations.NullMarked;
