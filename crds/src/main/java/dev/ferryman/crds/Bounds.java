package dev.ferryman.crds;

import java.nio.charset.StandardCharsets;

/**
 * Upper bounds of the schema, so that no writer can fill the API server. What comes from a host is
 * cut to them before it is written: a refused write would silently age the host.
 */
public final class Bounds {
  /** A host's name is part of a label key (Kubernetes: at most 63 characters). */
  public static final int HOST_NAME = 63;

  /** An object's name (Kubernetes: DNS subdomain). */
  public static final int NAME = 253;

  public static final int UUID = 36;

  /** {@code <metadata.uid>/<number>}. */
  public static final int ATTEMPT_UID = 48;

  /** A typed word: a reason, a state, a name of a check. */
  public static final int WORD = 64;

  /** Free text for people. */
  public static final int MESSAGE = 1024;

  /** A path or URI (Linux: PATH_MAX is 4096; longer ones than this are not used for disks). */
  public static final int PATH = 1024;

  public static final int CHECKS = 64;
  public static final int DISKS = 64;

  /** Images below a disk's own. */
  public static final int CHAIN = 16;

  public static final int DISK_IDS = 8;

  /** 16 hashes of 8 digits. */
  public static final int DISK_HEAD = 128;

  public static final int INSTANCES = 1000;
  public static final int PROJECTS = 500;
  public static final int ADDRESSES = 16;
  public static final int STORAGE = 32;
  public static final int MACHINE_TYPES = 200;
  public static final int CONDITIONS = 16;

  /** Sizes of huge pages: a processor has two or three, arm64 four. */
  public static final int PAGE_SIZES = 8;

  /** Networks, network filters, addresses or other things of a kind that one instance needs. */
  public static final int NEEDED_OBJECTS = 64;

  /** What one attempt makes at its destination: images of disks, and network filters. */
  public static final int PREPARED = DISKS + NEEDED_OBJECTS;

  /** A network filter in libvirt's XML: some 150 characters a rule. */
  public static final int FILTER_XML = 16 * 1024;

  /** All the network filters of one instance together. */
  public static final int FILTERS_XML = 64 * 1024;

  /** A guest's CPU in libvirt's XML: some 60 characters a feature. */
  public static final int CPU_XML = 16 * 1024;

  /** SHA-256 in hexadecimal digits. */
  public static final int SHA256 = 64;

  /** A label's key: an optional DNS name, a slash, and a name of at most 63 characters. */
  public static final int LABEL_KEY = 317;

  /** A label's value (Kubernetes). */
  public static final int LABEL_VALUE = 63;

  /** Conditions of a selector, and values of one. */
  public static final int LABELS = 16;

  /** Hosts that one LiveMigration is tried on. */
  public static final int ATTEMPTS = 10;

  private Bounds() {}

  /**
   * The text, cut to its bound with an ellipsis; never between the two halves of a character, which
   * no JSON can carry: the write would fail for ever.
   */
  public static String cut(String text, int bound) {
    if (text.length() <= bound) {
      return text;
    }
    int end = bound - 1;
    if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + "\u2026";
  }

  /** The text, cut to its bound in bytes of UTF-8 with an ellipsis, as Kubernetes counts notes. */
  public static String cutBytes(String text, int bound) {
    var cut = text;
    for (int length = Math.min(text.length(), bound);
        cut.getBytes(StandardCharsets.UTF_8).length > bound;
        length--) {
      cut = cut(text, length);
    }
    return cut;
  }
}
