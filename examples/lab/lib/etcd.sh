# Backups of etcd, to find out what an old one does when it is put back.
# shellcheck shell=bash

etcd_command() {
  [ $# -eq 1 ] || bad_usage "etcd backup|restore"
  case $1 in
    backup) etcd_backup ;;
    restore) etcd_restore ;;
    *) bad_usage "etcd backup|restore" ;;
  esac
}

# A copy of what a killed etcd would leave behind: it recovers from that, and is frozen for a moment only.
etcd_backup() {
  local copied=
  fault_stop etcd
  rm -rf --one-file-system "$STATE/etcd-backup"
  cp -a "$STATE/etcd" "$STATE/etcd-backup" || copied=no
  fault_continue etcd
  [ -z "$copied" ] || die "etcd's data cannot be copied"
}

# The API server begins anew, as after any restore: its caches are of the time that is undone.
etcd_restore() {
  local service
  [ -d "$STATE/etcd-backup" ] || die "there is no backup: lab etcd backup"
  for service in apiserver etcd; do
    [ -z "$(service_pid "$CONTROL" "$service")" ] || fault_kill "$service"
  done
  rm -rf --one-file-system "$STATE/etcd"
  cp -a "$STATE/etcd-backup" "$STATE/etcd"
  service_start etcd
  service_start apiserver
}
