/** The node's configuration: one strict YAML file, overridable from outside. */
@NullMarked
package org.idlefleet.edge.adapter.config;

import org.jspecify.annotations.NullMarked;
