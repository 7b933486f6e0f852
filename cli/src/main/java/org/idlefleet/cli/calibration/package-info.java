/** How far apart honest results are: measured, and written into manifests. */
@NullMarked
package org.idlefleet.cli.calibration;

import org.jspecify.annotations.NullMarked;
