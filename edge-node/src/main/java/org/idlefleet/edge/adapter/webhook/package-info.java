/** Messages to an address of the owner's when the node begins or ends to compute. */
@NullMarked
package org.idlefleet.edge.adapter.webhook;

import org.jspecify.annotations.NullMarked;
