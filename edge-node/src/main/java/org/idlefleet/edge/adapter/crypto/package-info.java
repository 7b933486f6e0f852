/** Digests and signatures by the machine's own library, where it has one. */
@NullMarked
package org.idlefleet.edge.adapter.crypto;

import org.jspecify.annotations.NullMarked;
