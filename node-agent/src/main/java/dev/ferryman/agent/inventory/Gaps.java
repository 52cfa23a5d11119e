package dev.ferryman.agent.inventory;

import java.util.List;

/**
 * What a host's inventory does not say.
 *
 * @param truncated whether a list had to be cut, so that what it lacks is unknown, not absent
 * @param unreadable the domains of which only name, UUID and state are known, and why
 */
public record Gaps(boolean truncated, List<String> unreadable) {
  public static final Gaps NONE = new Gaps(false, List.of());
}
