@NullMarked
package org.idlefleet.protocol;

import org.jspecify.annotations.NullMarked;
