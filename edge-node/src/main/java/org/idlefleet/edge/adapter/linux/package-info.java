/** What the Linux kernel tells about power, heat and load. */
@NullMarked
package org.idlefleet.edge.adapter.linux;

import org.jspecify.annotations.NullMarked;
