@NullMarked
package org.idlefleet.ledger.adapter;

import org.jspecify.annotations.NullMarked;
