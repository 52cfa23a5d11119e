# What the machine itself must have: Debian packages, a kernel with the features, and who installs them.
# shellcheck shell=bash

# command:package. The commands are looked for, so that a machine that has them otherwise is fine too.
NEEDED=(
  libvirtd:libvirt-daemon virsh:libvirt-clients qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils
  glusterfsd:glusterfs-common glusterfs:glusterfs-client busybox:busybox-static cpio:cpio modprobe:kmod
  ip:iproute2 tc:iproute2 nsenter:util-linux flock:util-linux openssl:openssl curl:curl jq:jq pgrep:procps
  ebtables:ebtables iptables:iptables xz:xz-utils zstd:zstd tgtd:tgt ssh:openssh-client sshd:openssh-server java:openjdk-17-jdk-headless mvn:maven
)

install_packages() {
  local missing
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null ||
    die "missing, and there is no apt-get to install them with; install these packages: $missing"
  # shellcheck disable=SC2086
  step "installing packages: $missing" apt_install $missing
  missing=$(missing_packages)
  [ -z "$missing" ] || die "these packages are installed, but without their commands in PATH: $missing"
}

missing_packages() {
  local pair missing=()
  for pair in "${NEEDED[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  driver_installed || missing+=(libvirt-daemon-driver-qemu)
  iscsi_client_installed || missing+=(qemu-block-extra)
  echo "${missing[*]}"
}

driver_installed() { compgen -G '/usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so' >/dev/null; }
iscsi_client_installed() { compgen -G '/usr/lib/*/qemu/block-iscsi.so' >/dev/null; }

apt_install() (
  log=$CACHE/logs/apt.log
  mkdir -p "${log%/*}"
  # Debian asks this file before a package starts its daemon. What the lab needs it starts itself, in its hosts.
  [ -e /usr/sbin/policy-rc.d ] || {
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
  }
  # --no-install-recommends: neither a bridge nor a system-wide libvirt of the machine's own is wanted.
  {
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" ||
      { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }
  } >"$log" 2>&1 </dev/null 9>&- || die "could not install $*: see $log"
)

check_kernel() {
  local what
  for what in overlay fuse; do
    grep -qw "$what" /proc/filesystems || modprobe "$what" 2>/dev/null ||
      die "this kernel has no $what file system: use a kernel with it, or load its module"
  done
  [ -e /dev/fuse ] || die "there is no /dev/fuse: run 'modprobe fuse', or give this container the device"
  unshare -m -u -i -n -p --fork true 2>/dev/null ||
    die "cannot make namespaces here: a container needs to be privileged for that"
  unshare -n sh -c 'ip link add br0 type bridge && ip link add veth0 type veth peer name veth1' 2>/dev/null ||
    die "this kernel has no bridge or veth devices: run 'modprobe -a bridge veth', or use another kernel"
}
