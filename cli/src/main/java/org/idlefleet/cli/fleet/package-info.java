/**
 * A coordinator and its nodes as processes of their own on this machine, and how to talk to them.
 */
@NullMarked
package org.idlefleet.cli.fleet;

import org.jspecify.annotations.NullMarked;
