package dev.ferryman.agent.libvirt;

/** Which of a domain's two definitions. */
public enum XmlForm {
  /** That of the running domain. */
  Live,
  /** That it will have when it is started the next time. */
  Persistent
}
