/**
 * What the agent decides, as pure functions of what was seen: no clock, no client, no libvirt, no
 * journal file.
 */
@NullMarked
package dev.ferryman.agent.decide;

import org.jspecify.annotations.NullMarked;
