/** The operator's entry: reads the settings and starts the edge. Nothing is decided here. */
@NullMarked
package dev.ferryman.operator;

import org.jspecify.annotations.NullMarked;
