@NullMarked
package org.idlefleet.edge;

import org.jspecify.annotations.NullMarked;
