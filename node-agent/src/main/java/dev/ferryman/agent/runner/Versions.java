package dev.ferryman.agent.runner;

import dev.ferryman.crds.livemigration.LiveMigration;

/** Orders what was seen of an object. */
final class Versions {
  private Versions() {}

  /** The API gives resource versions that grow (KEP-5504); what has none counts as new. */
  static boolean isOlder(LiveMigration one, LiveMigration other) {
    try {
      return Long.parseLong(one.getMetadata().getResourceVersion())
          < Long.parseLong(other.getMetadata().getResourceVersion());
    } catch (NumberFormatException unversioned) {
      return false;
    }
  }
}
