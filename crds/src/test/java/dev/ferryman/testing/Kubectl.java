package dev.ferryman.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real kubectl, as administrator of a control plane. */
public final class Kubectl {
  private final Path binary;
  private final Path kubeconfig;

  private Kubectl(Path binary, Path kubeconfig) {
    this.binary = binary;
    this.kubeconfig = kubeconfig;
  }

  /** Fails with one line that says how to get it. */
  public static Kubectl of(ControlPlane controlPlane) {
    return new Kubectl(Binaries.find().kubectl(), controlPlane.kubeconfig());
  }

  public Answer run(String... arguments) {
    var all = new ArrayList<>(List.of("--kubeconfig", kubeconfig.toString()));
    all.addAll(List.of(arguments));
    return Program.run(binary, List.of("HOME"), all);
  }
}
