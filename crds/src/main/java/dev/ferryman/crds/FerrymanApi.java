package dev.ferryman.crds;

/** Names that users, operator and agents share: the API group and what is written into metadata. */
public final class FerrymanApi {
  public static final String GROUP = "ferryman.dev";
  public static final String VERSION = "v1alpha1";

  /** Category of all kinds: {@code kubectl get ferryman}. */
  public static final String CATEGORY = "ferryman";

  /** Keeps a LiveMigration until its outcome is settled. */
  public static final String FINALIZER = "ferryman.dev/settlement";

  /** Value of {@link #hostLabel} for the host that the instance leaves. */
  public static final String ROLE_SOURCE = "source";

  /** Value of {@link #hostLabel} for the host that the instance goes to. */
  public static final String ROLE_DESTINATION = "destination";

  /** Namespace of the metadata element by which a copy shows the attempt that made it. */
  public static final String ATTEMPT_NAMESPACE = "https://ferryman.dev/attempt";

  /** Namespace of the metadata element that names an instance's project. */
  public static final String INSTANCE_NAMESPACE = "https://ferryman.dev/instance";

  private FerrymanApi() {}

  /** Key of the label by which a host's agent finds the LiveMigrations that concern it. */
  public static String hostLabel(String host) {
    return "host.ferryman.dev/" + host;
  }
}
