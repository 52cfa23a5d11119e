# up, down, status, and the services that make up a lab.
# shellcheck shell=bash

# "HOST NAME" of every daemon that can be killed and started, in the order of starting.
services() {
  local host
  echo "$CONTROL etcd"
  echo "$CONTROL apiserver"
  for host in "${COMPUTE[@]}"; do echo "$host libvirtd"; done
  for host in $(sshd_hosts); do echo "$host sshd"; done
  [ ! -e "$STATE/with-product" ] || {
    echo "$CONTROL operator"
    for host in "${COMPUTE[@]}"; do echo "$host agent"; done
  }
}

service_pid() { recorded_process "$STATE/run/$1-$2.pid"; } # service_pid HOST NAME

lab_up() { # lab_up [--transport tls|ssh|tcp]
  local begin=$EPOCHREALTIME TRANSPORT
  parse_transport "$@"
  prepare
  lock "$LAB"
  resolve_binaries
  if hosts_running; then
    check_transport
    say "'$LAB' is up already; starting what is missing"
  else
    remove_lab
    make_lab
  fi
  ! product_wanted || touch "$STATE/with-product"
  start_services
  keep_capabilities
  unlock
  say "'$LAB' is up ($(seconds_since "$begin") s)"
}

make_lab() {
  if [ -d "$STATE" ] && [ -n "$(ls -A "$STATE")" ]; then
    die "$STATE is not a directory of the lab '$LAB': set FERRYMAN_LAB_STATE to another one"
  fi
  mkdir -p "$STATE"
  echo "$LAB" >"$STATE/lab"
  mkdir -p "$STATE/"{run,logs,boot,guests,addresses}
  cp "$GUEST_BOOT/vmlinuz" "$STATE/boot/"
  cp "$(initramfs)" "$STATE/boot/initrd.img"
  echo "${TRANSPORT:-tls}" >"$STATE/transport"
  choose_acceleration >"$STATE/acceleration"
  install_binaries
  make_certificates
  write_admin_kubeconfig
  make_host_directories
  configure_libvirt
  configure_ssh
  configure_storage
  make_network
  start_hosts
}

# Starts side by side what does not need one another, then waits.
start_services() {
  local host
  start_unless_running "$CONTROL" etcd
  for host in "${COMPUTE[@]}"; do start_unless_running "$host" libvirtd; done
  for host in $(sshd_hosts); do start_unless_running "$host" sshd; done
  [ -n "$(service_pid "$CONTROL" storage)" ] || start_storage_server
  for host in "${COMPUTE[@]}"; do mount_storage "$host"; done
  wait_until_ready "$CONTROL" etcd
  start_unless_running "$CONTROL" apiserver
  for host in "${COMPUTE[@]}"; do wait_until_ready "$host" libvirtd; done
  for host in $(sshd_hosts); do wait_until_ready "$host" sshd; done
  wait_until_ready "$CONTROL" apiserver
  [ -e "$STATE/with-product" ] || return 0
  install_chart
  start_unless_running "$CONTROL" operator
  for host in "${COMPUTE[@]}"; do start_unless_running "$host" agent; done
  wait_until_ready "$CONTROL" operator
  for host in "${COMPUTE[@]}"; do wait_until_ready "$host" agent; done
  wait_for 120 hosts_reported_ready || die "the agents run, but their HostResources do not become Ready"
}

start_unless_running() { # start_unless_running HOST NAME
  [ -n "$(service_pid "$1" "$2")" ] || "start_$2" "$1"
}

wait_until_ready() { # wait_until_ready HOST NAME
  local log=$STATE/logs/$1-$2.log
  wait_for 180 ready_or_dead "$1" "$2" || die "$2 on $1 is not ready after 180 s: see $log"
  [ -n "$(service_pid "$1" "$2")" ] || die "$2 on $1 ended: $(tail -n 1 "$log")"
}
ready_or_dead() { "$2_ready" "$1" || [ -z "$(service_pid "$1" "$2")" ]; }

lab_down() {
  lock "$LAB"
  remove_lab
  unlock
}

# Works from the lab's name and whatever there is of its state: also after a crash, and for a lab half made.
remove_lab() {
  kill_everything
  remove_network
  remove_block_disks
  [ ! -d "$STATE" ] || ! state_is_ours || rm -rf --one-file-system "$STATE"
}

lab_status() {
  local host name pid up=0 lacking=0
  for host in "${HOSTS[@]}"; do
    if host_running "$host"; then up=$((up + 1)); else lacking=$((lacking + 1)); fi
  done
  if [ "$up" -eq 0 ]; then
    echo "the lab '$LAB' is not up"
    return 3
  fi
  echo "lab $LAB in $STATE, guests run by $(acceleration_name)"
  for host in "${HOSTS[@]}"; do
    host_running "$host" && name=up || name=DOWN
    printf '%-7s %-11s %s\n' "$host" "${ADDRESS[$host]}" "$name"
  done
  while read -r host name; do
    if pid=$(service_pid "$host" "$name"); then
      if "${name}_ready" "$host" >/dev/null 2>&1; then pid="pid $pid"; else pid="pid $pid, NOT READY"; lacking=1; fi
    else
      pid=DOWN
      lacking=1
    fi
    printf '%-7s %-11s %s\n' "$host" "$name" "$pid"
  done < <(services)
  for host in "${COMPUTE[@]}"; do
    if storage_mounted "$host" 2>/dev/null; then name=mounted; else name="NOT MOUNTED"; lacking=1; fi
    printf '%-7s %-11s %s\n' "$host" storage "$name"
  done
  for name in $(guest_names); do
    printf 'guest   %-11s %s %s\n' "$name" "$(guest_address "$name")" "$(guest_places "$name")"
  done
  [ "$lacking" -eq 0 ]
}

acceleration_name() {
  if [ "$(cat "$STATE/acceleration")" = kvm ]; then echo KVM; else echo "emulation (TCG)"; fi
}
