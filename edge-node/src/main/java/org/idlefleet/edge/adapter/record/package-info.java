/** What sources told, kept as traces. */
@NullMarked
package org.idlefleet.edge.adapter.record;

import org.jspecify.annotations.NullMarked;
