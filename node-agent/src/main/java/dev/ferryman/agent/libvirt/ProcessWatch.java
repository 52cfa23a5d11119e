package dev.ferryman.agent.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells of the end of a process as soon as the kernel knows of it (pidfd_open(2)); where the kernel
 * has no such handles, a few milliseconds later.
 */
final class ProcessWatch implements AutoCloseable {
  private static final int PIDFD_OPEN = 434;
  private static final short POLLIN = 1;
  private static final int CHECK_CLOSED_MILLISECONDS = 500;
  private static final long WITHOUT_HANDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final ProcessTable processes;
  private final ProcessIdentity process;
  private volatile boolean closed;

  /** The functions of the C library that are needed. */
  private interface C extends Library {
    C INSTANCE = Native.load("c", C.class);

    long syscall(long number, int pid, int flags);

    int poll(Memory descriptors, long count, int timeoutMilliseconds);

    int close(int descriptor);
  }

  private ProcessWatch(ProcessTable processes, ProcessIdentity process) {
    this.processes = processes;
    this.process = process;
  }

  /** Begins to watch; {@code then} is run once, on a thread of the watch, unless it is closed. */
  static ProcessWatch start(ProcessTable processes, ProcessIdentity process, Runnable then) {
    var watch = new ProcessWatch(processes, process);
    var thread = new Thread(() -> watch.run(then), "qemu-" + process.pid());
    thread.setDaemon(true);
    thread.start();
    return watch;
  }

  private void run(Runnable then) {
    var descriptor = (int) C.INSTANCE.syscall(PIDFD_OPEN, Math.toIntExact(process.pid()), 0);
    try {
      // The handle may be that of a later process of the same number: the identity decides.
      while (!closed && processes.isRunning(process)) {
        await(descriptor);
      }
    } finally {
      if (descriptor >= 0) {
        C.INSTANCE.close(descriptor);
      }
    }
    if (!closed) {
      then.run();
    }
  }

  private static void await(int descriptor) {
    if (descriptor < 0) {
      LockSupport.parkNanos(WITHOUT_HANDLE_NANOS);
      return;
    }
    try (var memory = new Memory(8)) {
      memory.setInt(0, descriptor);
      memory.setShort(4, POLLIN);
      memory.setShort(6, (short) 0);
      C.INSTANCE.poll(memory, 1, CHECK_CLOSED_MILLISECONDS);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
