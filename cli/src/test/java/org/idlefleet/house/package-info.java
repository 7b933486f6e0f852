/** The rules of the house, checked over every module. */
@NullMarked
package org.idlefleet.house;

import org.jspecify.annotations.NullMarked;
