/** Turns a folder, or a model that comes with us, into a manifest with its files. */
@NullMarked
package org.idlefleet.cli.model;

import org.jspecify.annotations.NullMarked;
