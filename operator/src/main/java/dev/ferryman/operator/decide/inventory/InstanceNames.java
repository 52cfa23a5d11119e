package dev.ferryman.operator.decide.inventory;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of Instance objects. */
final class InstanceNames {
  private static final Pattern VALID =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final int LONGEST = 253;
  private static final int LONGEST_SANITISED = 200;

  private InstanceNames() {}

  /**
   * The domain's own name where Kubernetes allows it and nobody has it, else one derived from it
   * and the start of the UUID; all of the UUID where that is taken too.
   */
  static String of(String domainName, String uuid, Set<String> taken) {
    boolean usable =
        domainName.length() <= LONGEST
            && VALID.matcher(domainName).matches()
            && !taken.contains(domainName);
    if (usable) {
      return domainName;
    }
    var derived = sanitised(domainName) + "-" + uuid.substring(0, 8);
    return taken.contains(derived) ? sanitised(domainName) + "-" + uuid : derived;
  }

  private static String sanitised(String name) {
    var plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
    var cut = plain.substring(0, Math.min(plain.length(), LONGEST_SANITISED));
    var result = cut.replaceAll("-+$", "");
    return result.isEmpty() ? "vm" : result;
  }
}
