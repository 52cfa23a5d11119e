# iSCSI disks: volumes that QEMU itself reaches over the network, served by host-a. No image lock protects them.
# shellcheck shell=bash

ISCSI_PORT=3260

iscsi_target() { printf 'iqn.2026-11.lab:%s' "$1"; }
iscsi_file() { printf '%s/volumes/%s.iscsi' "$STATE" "$1"; }

make_iscsi_disk() { # make_iscsi_disk NAME MIB: with the guest's address, which no other guest has
  local id=${address##*.} file
  file=$(iscsi_file "$1")
  mkdir -p "${file%/*}"
  truncate -s "$2M" "$file"
  { # once, also when two guests are made at a time
    flock 8
    iscsi_server_ready || start_iscsi_server 8>&- # the server must not keep the lock
  } 8>"$STATE/$CONTROL/iscsi.lock"
  tgt_admin --mode target --op new --tid "$id" --targetname "$(iscsi_target "$1")"
  tgt_admin --mode logicalunit --op new --tid "$id" --lun 1 --backing-store "$file"
  tgt_admin --mode target --op bind --tid "$id" --initiator-address ALL
}

tgt_admin() { host_run "$CONTROL" tgtadm --lld iscsi "$@"; }

start_iscsi_server() {
  host_run "$CONTROL" mkdir -p /run/tgt
  host_spawn "$CONTROL" iscsi tgtd --foreground --iscsi "portal=${ADDRESS[$CONTROL]}:$ISCSI_PORT"
  wait_for 60 iscsi_server_ready || die "the iSCSI server did not start: see $STATE/logs/$CONTROL-iscsi.log"
}
iscsi_server_ready() { tgt_admin --mode system --op show >/dev/null 2>&1; }

delete_iscsi_disk() { # delete_iscsi_disk NAME
  local id
  [ -e "$(iscsi_file "$1")" ] || return 0
  id=$(guest_address "$1")
  ! host_running "$CONTROL" || ! iscsi_server_ready ||
    tgt_admin --mode target --op delete --force --tid "${id##*.}" >/dev/null 2>&1 || :
  rm -f "$(iscsi_file "$1")"
}

iscsi_disk_xml() { # iscsi_disk_xml NAME
  echo "<source protocol='iscsi' name='$(iscsi_target "$1")/1'>"
  echo "        <host name='${ADDRESS[$CONTROL]}' port='$ISCSI_PORT'/>"
  echo "      </source>"
}
