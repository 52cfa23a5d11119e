package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.CpuNeed;
import dev.ferryman.crds.livemigration.FileNeed;
import dev.ferryman.crds.livemigration.FilterNeed;
import dev.ferryman.crds.livemigration.ListenNeed;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What decides whether a running domain can move, and what it needs beside its disks.
 *
 * @param obstacles what libvirt refuses to migrate, each with the device's name (libvirt:
 *     qemuMigrationSrcIsAllowed)
 * @param cpu null: the machine type's own
 * @param nwfilters those of the interfaces, with all that they refer to
 * @param storagePools by name
 * @param listens addresses on which devices listen, that are not the same on every host, and fixed
 *     ports
 * @param logPaths files and sockets that devices make
 * @param hostFiles what is there before the domain starts, beside its disks
 */
public record MoveFacts(
    List<String> obstacles,
    @Nullable CpuNeed cpu,
    List<NetworkNeed> networks,
    List<FilterNeed> nwfilters,
    List<SecretNeed> secrets,
    List<String> storagePools,
    List<ListenNeed> listens,
    List<String> logPaths,
    List<FileNeed> hostFiles) {}
