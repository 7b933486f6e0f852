/** Seeded bugs, and the proof that the tests find them. */
@NullMarked
package org.idlefleet.house.mutants;

import org.jspecify.annotations.NullMarked;
