/** Where an instance runs, derived by the operator from the hosts' own lists. */
@NullMarked
package dev.ferryman.crds.instance;

import org.jspecify.annotations.NullMarked;
