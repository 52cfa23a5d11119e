/**
 * A host's part in migrations: looks (libvirt, API, journal), lets {@code decide} decide, records,
 * and only then acts. The edges know nothing of it.
 */
@NullMarked
package dev.ferryman.agent.runner;

import org.jspecify.annotations.NullMarked;
