@NullMarked
package org.idlefleet.edge.adapter.trace;

import org.jspecify.annotations.NullMarked;
