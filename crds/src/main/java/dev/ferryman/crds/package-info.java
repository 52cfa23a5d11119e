/** The API of Ferryman: what its kinds share. Depends on nothing of ours. */
@NullMarked
package dev.ferryman.crds;

import org.jspecify.annotations.NullMarked;
