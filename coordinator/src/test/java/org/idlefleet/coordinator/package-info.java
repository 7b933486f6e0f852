@NullMarked
package org.idlefleet.coordinator;

import org.jspecify.annotations.NullMarked;
