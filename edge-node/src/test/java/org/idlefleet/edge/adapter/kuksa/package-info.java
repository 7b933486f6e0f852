@NullMarked
package org.idlefleet.edge.adapter.kuksa;

import org.jspecify.annotations.NullMarked;
