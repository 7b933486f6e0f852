@NullMarked
package org.idlefleet.edge.adapter.mqtt;

import org.jspecify.annotations.NullMarked;
