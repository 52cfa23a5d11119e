# The shared instances directory: host-a exports a directory with gluster, the compute hosts mount it. Gluster is one
# of the few network file systems that libvirt knows to be shared, so migration needs no "unsafe" here. The daemons get
# their configuration from files, without glusterd: same protocol, a fraction of the start-up time.
# shellcheck shell=bash

STORAGE_PORT=24100

configure_storage() {
  mkdir -p "$STATE/brick"
  cat >"$STATE/storage-server.vol" <<EOF
volume directory
  type storage/posix
  option directory $STATE/brick
end-volume
volume locks
  type features/locks
  subvolumes directory
end-volume
volume server
  type protocol/server
  option transport-type tcp
  option transport.socket.bind-address ${ADDRESS[$CONTROL]}
  option transport.socket.listen-port $STORAGE_PORT
  option auth.addr.server.allow *
  option auth.addr.locks.allow *
  subvolumes locks
end-volume
EOF
  cat >"$STATE/storage-client.vol" <<EOF
volume client
  type protocol/client
  option transport-type tcp
  option remote-host ${ADDRESS[$CONTROL]}
  option remote-port $STORAGE_PORT
  option remote-subvolume locks
end-volume
EOF
}

start_storage_server() {
  host_spawn "$CONTROL" storage glusterfsd --no-daemon -f "$STATE/storage-server.vol" -l /dev/stderr
  wait_for 60 storage_server_ready || die "the storage server did not start: see $STATE/logs/$CONTROL-storage.log"
}

storage_server_ready() {
  network_run "$CONTROL" bash -c ": </dev/tcp/${ADDRESS[$CONTROL]}/$STORAGE_PORT"
}

storage_mounted() { host_run "$1" grep -q " $INSTANCES fuse.glusterfs " /proc/mounts; }

mount_storage() {
  ! storage_mounted "$1" || return 0
  host_spawn "$1" storage glusterfs --no-daemon -f "$STATE/storage-client.vol" -l /dev/stderr "$INSTANCES"
  wait_for 60 storage_usable "$1" || die "$1 cannot mount the shared storage: see $STATE/logs/$1-storage.log"
}
storage_usable() { storage_mounted "$1" && host_run "$1" timeout 5 stat -f "$INSTANCES"; }

storage_command() {
  [ $# -eq 2 ] || bad_usage "storage HOST umount|mount"
  require_compute "$1"
  case $2 in
    mount) mount_storage "$1" ;;
    umount)
      ! storage_mounted "$1" || host_run "$1" umount "$INSTANCES" ||
        die "$1 still uses its shared storage: delete or move its guests first" ;;
    *) bad_usage "storage HOST umount|mount" ;;
  esac
}
