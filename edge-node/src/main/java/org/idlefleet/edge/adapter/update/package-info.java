/** Whether there is newer software than this; nothing here installs any. */
@NullMarked
package org.idlefleet.edge.adapter.update;

import org.jspecify.annotations.NullMarked;
