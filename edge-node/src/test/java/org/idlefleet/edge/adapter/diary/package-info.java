@NullMarked
package org.idlefleet.edge.adapter.diary;

import org.jspecify.annotations.NullMarked;
