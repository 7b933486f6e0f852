@NullMarked
package org.idlefleet.cli.calibration;

import org.jspecify.annotations.NullMarked;
