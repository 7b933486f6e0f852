/** Reads what a receipt is held against. */
@NullMarked
package org.idlefleet.cli.receipt;

import org.jspecify.annotations.NullMarked;
