@NullMarked
package org.idlefleet.edge.adapter.linux;

import org.jspecify.annotations.NullMarked;
