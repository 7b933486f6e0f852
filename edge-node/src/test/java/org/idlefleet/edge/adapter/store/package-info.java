@NullMarked
package org.idlefleet.edge.adapter.store;

import org.jspecify.annotations.NullMarked;
