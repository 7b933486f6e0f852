package org.idlefleet.protocol.adapter;

/**
 * A configuration that can't be used; the message names place and key and says what is expected.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ConfigException(String message) {
        super(message);
    }
}
