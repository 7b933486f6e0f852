@NullMarked
package org.idlefleet.edge.adapter.bus;

import org.jspecify.annotations.NullMarked;
