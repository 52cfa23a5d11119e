package dev.ferryman.crds.livemigration;

import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A storage pool of libvirt's that a disk of the instance names. */
@ApiObject
public record StoragePoolNeed(@Required @Size(max = Bounds.NAME) String name) {}
