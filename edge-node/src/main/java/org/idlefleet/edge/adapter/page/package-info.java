/** The owner's page: on this machine only, with its own token. */
@NullMarked
package org.idlefleet.edge.adapter.page;

import org.jspecify.annotations.NullMarked;
