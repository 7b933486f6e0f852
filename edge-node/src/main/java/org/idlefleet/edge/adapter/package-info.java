/** The daemon: everything around the node's mind, wired together. */
@NullMarked
package org.idlefleet.edge.adapter;

import org.jspecify.annotations.NullMarked;
