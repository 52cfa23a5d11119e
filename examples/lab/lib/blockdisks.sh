# Block disks, as from an iSCSI server: one file of the machine behind a loop device of its own for each compute host, so
# that no image lock reaches from one host to the other. A host finds its device under a path that is the same on all.
# shellcheck shell=bash

BY_PATH=/dev/disk/by-path

block_disk_path() { printf '%s/ip-%s:3260-iscsi-iqn.2026-11.lab:%s-lun-1' "$BY_PATH" "${ADDRESS[$CONTROL]}" "$1"; }
block_disk_file() { printf '%s/volumes/%s.raw' "$(state_path)" "$1"; }
state_path() { readlink -m "$STATE"; } # as losetup writes it

make_block_disk() { # make_block_disk NAME MIB
  local file host device
  file=$(block_disk_file "$1")
  mkdir -p "${file%/*}"
  truncate -s "$2M" "$file"
  for host in "${COMPUTE[@]}"; do
    own_by_path "$host"
    # Direct, since what one host has written the other must read from the file and not from a cache.
    # When another lab is faster, losetup itself tries the next one.
    device=$(losetup --find --show --direct-io=on "$file" 2>&1) || die "$(no_loop_device): a block disk of $1 on $host: $device"
    host_run "$host" ln -s "$device" "$(block_disk_path "$1")"
  done
}

no_loop_device() {
  if compgen -G '/dev/loop[0-9]*' >/dev/null; then
    echo "losetup fails with $(losetup --noheadings --output NAME | wc -l) loop devices in use"
  else
    echo "no loop device on this machine (a container needs --privileged, or --device /dev/loop-control and some /dev/loop*)"
  fi
}

# The directory is the machine's: as long as a lab has its mark in it, no other lab removes it. Over it each host gets one
# of its own.
own_by_path() { # own_by_path HOST
  wait_for 5 mkdir -p "$BY_PATH/.ferryman-$LAB" || die "cannot make $BY_PATH on this machine"
  { # once, also when two guests are made at a time
    flock 8
    host_run "$1" mountpoint -q "$BY_PATH" || host_run "$1" mount -t tmpfs -o mode=755 tmpfs "$BY_PATH"
  } 8>"$STATE/$1/by-path.lock"
}

delete_block_disk() { # delete_block_disk NAME
  local host file
  for host in "${COMPUTE[@]}"; do
    ! host_running "$host" || host_run "$host" rm -f "$(block_disk_path "$1")"
  done
  file=$(block_disk_file "$1")
  detach_loop_devices "$file"
  rm -f "$file"
}

# All that the lab has ever attached: the kernel itself knows what is behind each device, also after a crash of everything
# and when the file is gone already.
remove_block_disks() {
  detach_loop_devices "$(state_path)/volumes/"
  [ ! -d "$BY_PATH/.ferryman-$LAB" ] || rmdir "$BY_PATH/.ferryman-$LAB"
  # Where the machine has disks of its own there, or another lab, they are not empty.
  rmdir "$BY_PATH" "${BY_PATH%/*}" 2>/dev/null || :
}

detach_loop_devices() { # detach_loop_devices FILE|DIRECTORY/
  local device
  for device in $(loop_devices "$1"); do
    losetup --detach "$device"
    wait_for 10 loop_device_free "$1" "$device" || die "$device does not come free: who else uses $1?"
  done
}

loop_devices() { # loop_devices FILE|DIRECTORY/: those that have it, or a file in it, behind them
  { losetup --list --noheadings --raw --output NAME,BACK-FILE 2>/dev/null || :; } | awk -v behind="$1" '
    { sub(/\\x20\(deleted\)$/, "", $2) }
    (behind ~ /\/$/ ? index($2, behind) == 1 : $2 == behind) { print $1 }'
}
loop_device_free() { ! loop_devices "$1" | grep -qx "$2"; }
