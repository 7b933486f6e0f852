/** What the owner says to a running node. */
@NullMarked
package org.idlefleet.edge.adapter.owner;

import org.jspecify.annotations.NullMarked;
