/**
 * Statements as owners and their accountants read them: CSV with every line, PDF with every day.
 */
@NullMarked
package org.idlefleet.ledger.adapter.statement;

import org.jspecify.annotations.NullMarked;
