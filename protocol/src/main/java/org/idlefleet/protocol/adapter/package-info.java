/**
 * The node wire: messages as protobuf over WebSocket over TLS 1.3, both of its ends, and the
 * certificates that say who is who. Knows neither coordinator nor edge node.
 */
@NullMarked
package org.idlefleet.protocol.adapter;

import org.jspecify.annotations.NullMarked;
