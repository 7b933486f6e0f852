/** What the node did for its owner and what that cost: park sessions, sums of days, tariffs. */
@NullMarked
package org.idlefleet.edge.diary;

import org.jspecify.annotations.NullMarked;
