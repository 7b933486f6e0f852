/**
 * What coordinator and edge node say to each other: ids, messages, payloads, the model manifest. No
 * library.
 */
@NullMarked
package org.idlefleet.protocol;

import org.jspecify.annotations.NullMarked;
