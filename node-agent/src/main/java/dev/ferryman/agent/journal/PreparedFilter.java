package dev.ferryman.agent.journal;

/**
 * A network filter that the destination installs; noted before it is. Attempts that rely on the
 * same one note the same, and the last of them removes it.
 *
 * @param uuid of this host's filter: another of that name is none of the attempt's making
 * @param hash of its content: once somebody has changed it, it is not removed
 * @param kept whether it stays, since a guest came that uses it
 */
public record PreparedFilter(String name, String uuid, String hash, boolean kept) {
  /** The same, which stays. */
  public PreparedFilter keep() {
    return new PreparedFilter(name, uuid, hash, true);
  }
}
