/** The demo: the whole job on real input, with a liar, a car that leaves and a killed process. */
@NullMarked
package org.idlefleet.cli.demo;

import org.jspecify.annotations.NullMarked;
