@NullMarked
package org.idlefleet.edge.adapter.webhook;

import org.jspecify.annotations.NullMarked;
