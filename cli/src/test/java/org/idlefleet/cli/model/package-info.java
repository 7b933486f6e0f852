@NullMarked
package org.idlefleet.cli.model;

import org.jspecify.annotations.NullMarked;
