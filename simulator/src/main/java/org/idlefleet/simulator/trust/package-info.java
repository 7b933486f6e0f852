/** The policy of audits and standing in virtual time, against a library of adversaries. */
@NullMarked
package org.idlefleet.simulator.trust;

import org.jspecify.annotations.NullMarked;
