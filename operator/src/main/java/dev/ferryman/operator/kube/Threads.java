package dev.ferryman.operator.kube;

import java.util.concurrent.ThreadFactory;

/** Named threads that do not keep the process alive. */
final class Threads {
  private Threads() {}

  static ThreadFactory daemon(String name) {
    return task -> {
      var thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
