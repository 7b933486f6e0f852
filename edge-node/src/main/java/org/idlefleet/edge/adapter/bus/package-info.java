/** What other services of this machine tell over D-Bus. */
@NullMarked
package org.idlefleet.edge.adapter.bus;

import org.jspecify.annotations.NullMarked;
