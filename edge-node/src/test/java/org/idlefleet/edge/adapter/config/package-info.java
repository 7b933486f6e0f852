@NullMarked
package org.idlefleet.edge.adapter.config;

import org.jspecify.annotations.NullMarked;
