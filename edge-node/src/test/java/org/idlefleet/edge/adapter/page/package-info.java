@NullMarked
package org.idlefleet.edge.adapter.page;

import org.jspecify.annotations.NullMarked;
