/**
 * Who may say which models run here: a client of The Update Framework, with a director beside the
 * image repository as in Uptane.
 */
@NullMarked
package org.idlefleet.edge.adapter.tuf;

import org.jspecify.annotations.NullMarked;
