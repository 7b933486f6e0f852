@NullMarked
package org.idlefleet.edge.adapter;

import org.jspecify.annotations.NullMarked;
