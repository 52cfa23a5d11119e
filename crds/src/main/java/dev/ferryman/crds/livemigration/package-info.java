/** One order to move an instance to a host, and the whole truth about how it went. */
@NullMarked
package dev.ferryman.crds.livemigration;

import org.jspecify.annotations.NullMarked;
