# libvirtd on the compute hosts: configuration, start, and the kept answers of probing QEMU.
# shellcheck shell=bash

CAPABILITIES=var/cache/libvirt/qemu/capabilities

configure_libvirt() {
  local host
  for host in "${COMPUTE[@]}"; do
    mkdir -p "$STATE/$host/upper/etc/libvirt/qemu/networks"
    write_libvirtd_conf >"$STATE/$host/upper/etc/libvirt/libvirtd.conf"
    write_qemu_conf "$host" >"$STATE/$host/upper/etc/libvirt/qemu.conf"
    install_host_certificates "$host"
    add_libvirt_user "$STATE/$host/upper/etc"
    # A character device 0/0 in an overlay hides what is below it: here the package's network that starts by itself.
    [ ! -e /etc/libvirt/qemu/networks/autostart ] ||
      mknod "$STATE/$host/upper/etc/libvirt/qemu/networks/autostart" c 0 0
    # Probing QEMU takes seconds. libvirt itself checks that a kept answer still fits this QEMU, kernel and CPU.
    mkdir -p "$STATE/$host/upper/$CAPABILITIES"
    cp -p "$CACHE/libvirt-capabilities/"*.xml "$STATE/$host/upper/$CAPABILITIES/" 2>/dev/null || :
  done
}

# libvirt tells hosts apart by host_uuid; the machine's own would be the same for all.
write_libvirtd_conf() {
  cat <<EOF
$(libvirtd_listens_by_transport)
listen_addr = "0.0.0.0"
auth_unix_rw = "none"
unix_sock_rw_perms = "0700"
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
keepalive_interval = 5
keepalive_count = 3
log_outputs = "2:stderr"
EOF
}

# Everything runs as root and without the machine's cgroups and security drivers: a host shares these with the machine.
write_qemu_conf() {
  cat <<EOF
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
migration_address = "${ADDRESS[$1]}"
migration_host = "$1"
migration_port_min = 49152
migration_port_max = 49215
keepalive_interval = 5
keepalive_count = 3
migrate_tls_force = 1
EOF
}

# libvirtd looks its packaged user up even if told to use root. The package that adds it would also start a libvirtd of
# the machine's own, so the hosts get the user without that package.
add_libvirt_user() { # add_libvirt_user ETC
  ! getent passwd libvirt-qemu >/dev/null || return 0
  { cat /etc/passwd; echo 'libvirt-qemu:x:64055:64055:libvirt:/var/lib/libvirt:/usr/sbin/nologin'; } >"$1/passwd"
  { cat /etc/group; echo 'libvirt-qemu:x:64055:'; } >"$1/group"
}

install_host_certificates() {
  local host=$1 pki=$STATE/$1/upper/etc/pki from=$STATE/pki
  mkdir -p "$pki/"{CA,libvirt/private,qemu}
  cp "$from/hosts.crt" "$pki/CA/cacert.pem"
  cp "$from/hosts.crt" "$pki/qemu/ca-cert.pem"
  local side
  for side in server client; do
    cp "$from/$host.crt" "$pki/libvirt/${side}cert.pem"
    cp "$from/$host.key" "$pki/libvirt/private/${side}key.pem"
    cp "$from/$host.crt" "$pki/qemu/$side-cert.pem"
    cp "$from/$host.key" "$pki/qemu/$side-key.pem"
  done
}

start_libvirtd() { host_spawn "$1" libvirtd libvirtd --listen; }

# A socket is there before libvirtd answers on it.
libvirtd_ready() { host_run "$1" timeout 10 virsh -q -c qemu:///system version; }

keep_capabilities() {
  local from=$STATE/${COMPUTE[0]}/upper/$CAPABILITIES to=$CACHE/libvirt-capabilities part
  compgen -G "$from/*.xml" >/dev/null || return 0
  ! diff -rq "$from" "$to" >/dev/null 2>&1 || return 0
  # Another lab may do the same.
  part=$(mktemp -d -p "$CACHE")
  cp -p "$from"/*.xml "$part/"
  rm -rf "$to"
  mv -T "$part" "$to" 2>/dev/null || rm -rf "$part"
}
