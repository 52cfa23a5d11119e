/** What a host has, what it uses and what runs there, as its agent sees it. */
@NullMarked
package dev.ferryman.crds.hostresource;

import org.jspecify.annotations.NullMarked;
