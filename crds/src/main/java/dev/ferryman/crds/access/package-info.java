/** How Ferryman's programs find the API server and show who they are. */
@NullMarked
package dev.ferryman.crds.access;

import org.jspecify.annotations.NullMarked;
