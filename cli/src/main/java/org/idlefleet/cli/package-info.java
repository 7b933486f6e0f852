/** The {@code idlefleet} command: everything a person types, and the demo. */
@NullMarked
package org.idlefleet.cli;

import org.jspecify.annotations.NullMarked;
