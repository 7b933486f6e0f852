@NullMarked
package org.idlefleet.edge.adapter.record;

import org.jspecify.annotations.NullMarked;
