@NullMarked
package org.idlefleet.figures.edge;

import org.jspecify.annotations.NullMarked;
