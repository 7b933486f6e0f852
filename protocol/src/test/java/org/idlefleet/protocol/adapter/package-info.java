/** Tests of the node wire: codec, limits, both ends over real sockets, enrolment. */
@NullMarked
package org.idlefleet.protocol.adapter;

import org.jspecify.annotations.NullMarked;
