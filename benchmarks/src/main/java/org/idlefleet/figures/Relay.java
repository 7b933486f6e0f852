package org.idlefleet.figures;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A network between a node and a port of this machine that can be taken away, held up and made to
 * lie. Thread-safe.
 */
public final class Relay implements AutoCloseable {
    private static final int LOOK_MILLIS = 20;

    private final ServerSocket door;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean garbles = new AtomicBoolean();
    private volatile boolean gone;
    private volatile boolean held;

    public Relay(int target) throws IOException {
        this.target = target;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return door.getLocalPort();
    }

    /** Ends what is connected; until {@link #restore} nothing gets through. */
    public void cut() {
        gone = true;
        open.forEach(Relay::end);
    }

    /** Lets nothing through until {@link #restore}; nobody is told. */
    public void hold() {
        held = true;
    }

    public void restore() {
        gone = false;
        held = false;
    }

    /** Turns one bit of what comes next, in either direction. */
    public void garble() {
        garbles.set(true);
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket near = door.accept();
                open.add(near);
                connect(near);
            } catch (IOException e) {
                // The door is closed, or the next one may come in.
            }
        }
    }

    private void connect(Socket near) {
        try {
            Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(far);
            Thread.ofVirtual().start(() -> copy(near, far));
            Thread.ofVirtual().start(() -> copy(far, near));
            if (gone) {
                end(near);
                end(far);
            }
        } catch (IOException e) {
            // The target is away.
            end(near);
            open.remove(near);
        }
    }

    private void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] some = new byte[16_384];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                while (held && !to.isClosed()) {
                    Thread.sleep(LOOK_MILLIS);
                }
                if (garbles.compareAndSet(true, false)) {
                    some[count / 2] ^= 1;
                }
                out.write(some, 0, count);
            }
        } catch (IOException e) {
            // Cut, or ended by either side; the other half ends as well.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        cut();
    }
}
