/** The node on the owner's device: what it does about what happens, and its ports. No library. */
@NullMarked
package org.idlefleet.edge;

import org.jspecify.annotations.NullMarked;
