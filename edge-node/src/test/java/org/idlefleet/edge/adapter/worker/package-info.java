@NullMarked
package org.idlefleet.edge.adapter.worker;

import org.jspecify.annotations.NullMarked;
