@NullMarked
package org.idlefleet.ledger.proof.adapter;

import org.jspecify.annotations.NullMarked;
