@NullMarked
package org.idlefleet.edge.adapter.scan;

import org.jspecify.annotations.NullMarked;
