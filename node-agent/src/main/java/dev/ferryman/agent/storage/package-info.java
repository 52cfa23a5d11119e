/**
 * Proof, by files that are put down on one host and read on the other, that both share a directory.
 */
@NullMarked
package dev.ferryman.agent.storage;

import org.jspecify.annotations.NullMarked;
