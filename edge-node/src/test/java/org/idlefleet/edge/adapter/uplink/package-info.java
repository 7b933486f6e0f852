@NullMarked
package org.idlefleet.edge.adapter.uplink;

import org.jspecify.annotations.NullMarked;
