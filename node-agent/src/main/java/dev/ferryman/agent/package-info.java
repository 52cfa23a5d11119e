/** The node agent's process: its settings, and how its parts are put together. */
@NullMarked
package dev.ferryman.agent;

import org.jspecify.annotations.NullMarked;
