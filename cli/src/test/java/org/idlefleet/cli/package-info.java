/** The command itself, in this process and as processes of their own. */
@NullMarked
package org.idlefleet.cli;

import org.jspecify.annotations.NullMarked;
