package org.idlefleet.cli;

import org.idlefleet.edge.adapter.EdgeDaemon;

import picocli.CommandLine.IVersionProvider;

/** What runs: our version, the JVM and the machine it runs on. */
final class Version implements IVersionProvider {
    static final String NUMBER = EdgeDaemon.VERSION;

    @Override
    public String[] getVersion() {
        return new String[] {
            "idlefleet " + NUMBER,
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        };
    }
}
