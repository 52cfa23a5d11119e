/**
 * Where every instance is, from the hosts' own lists, and the Instance objects that say so. Pure
 * functions of records.
 */
@NullMarked
package dev.ferryman.operator.decide.inventory;

import org.jspecify.annotations.NullMarked;
