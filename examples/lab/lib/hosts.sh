# Hosts: namespaces with a network of their own, and what runs inside them. The machine's own network gets nothing:
# the switch that joins the hosts is a bridge in a namespace too, so labs of different names do not meet.
# shellcheck shell=bash

SWITCH=ferryman-$LAB-switch
netns() { printf 'ferryman-%s-%s' "$LAB" "$1"; } # netns HOST

host_running() { recorded_process "$STATE/$1/pid" >/dev/null; }
hosts_running() {
  local host
  for host in "${HOSTS[@]}"; do host_running "$host" || return 1; done
}

make_network() {
  local host mac
  ip netns add "$SWITCH"
  # The default delay of a bridge port would keep hosts apart for 30 s.
  ip -n "$SWITCH" link add br0 type bridge forward_delay 0 stp_state 0
  ip -n "$SWITCH" link set br0 up
  for host in "${HOSTS[@]}"; do
    mac=52:54:00:77:00:${ADDRESS[$host]##*.}
    ip netns add "$(netns "$host")"
    ip -n "$SWITCH" link add "$host" type veth peer name eth0 netns "$(netns "$host")"
    ip -n "$SWITCH" link set "$host" master br0 up
    # Guests join br0 of their host. With its MAC fixed it does not change when the first guest comes.
    ip -n "$(netns "$host")" link add br0 address "$mac" type bridge forward_delay 0 stp_state 0
    ip -n "$(netns "$host")" link set eth0 address "$mac" master br0 up
    ip -n "$(netns "$host")" link set br0 up
    ip -n "$(netns "$host")" addr add "${ADDRESS[$host]}/24" dev br0
  done
}

# Files put into upper/ before the host starts are the host's own; those of the machine stay as they are.
make_host_directories() {
  local host tree
  for host in "${HOSTS[@]}"; do
    for tree in etc var root; do mkdir -p "$STATE/$host/"{upper,work}/$tree; done
    chmod 700 "$STATE/$host/upper/root"
    mkdir -p "$STATE/$host/"{guests,journal}
    {
      echo "127.0.0.1 localhost"
      for tree in "${HOSTS[@]}"; do echo "${ADDRESS[$tree]} $tree"; done
    } >"$STATE/$host/upper/etc/hosts"
    echo "$host" >"$STATE/$host/upper/etc/hostname"
    tr -d - </proc/sys/kernel/random/uuid >"$STATE/$host/upper/etc/machine-id"
    cat /proc/sys/kernel/random/uuid >"$STATE/$host/boot_id"
  done
}

start_hosts() {
  local host
  for host in "${HOSTS[@]}"; do
    setsid nsenter --net="/run/netns/$(netns "$host")" \
      unshare -m -u -i -p --fork --kill-child bash "$LAB_DIR/lib/host-init" \
      "$host" "$STATE/$host" "$STATE/boot" "$(cat "$STATE/acceleration")" \
      </dev/null >"$STATE/logs/$host-init.log" 2>&1 9>&- &
    disown $! # or the shell tells of its end
  done
  for host in "${HOSTS[@]}"; do
    wait_for 60 test -e "$STATE/$host/ready" ||
      die "$host did not start: $(tail -n 1 "$STATE/logs/$host-init.log")"
    record_process "$STATE/$host/pid" "$(cat "$STATE/$host/init.pid")"
  done
}

# Not the caller's environment: a host is a machine of its own.
HOST_ENVIRONMENT=(HOME=/root "TERM=${TERM:-dumb}" LANG=C.UTF-8
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)

host_enter() { # host_enter HOST: fills ENTER with what puts a command into the host's namespaces
  local pid
  pid=$(recorded_process "$STATE/$1/pid") || die "$1 of the lab '$LAB' does not run: run 'lab up'"
  ENTER=(nsenter -t "$pid" -m -u -i -n -p -w/ -- env -i "${HOST_ENVIRONMENT[@]}")
}

host_run() { # host_run HOST COMMAND...
  local ENTER
  host_enter "$1"
  shift
  "${ENTER[@]}" "$@" 9>&-
}

# All hosts of the lab share this machine's processors. On machines of their own the control plane would take nothing from
# the guests, and an agent little.
BESIDE_GUESTS=(nice -n 5)

host_spawn() { # host_spawn HOST NAME COMMAND...: a daemon; its record is run/HOST-NAME.pid, its log logs/HOST-NAME.log
  local host=$1 name=$2 ENTER
  shift 2
  host_enter "$host"
  # A session of its own, so that a fault hits it with all its children.
  setsid "${ENTER[@]}" "$@" </dev/null >>"$STATE/logs/$host-$name.log" 2>&1 9>&- &
  record_process "$STATE/run/$host-$name.pid" $!
  disown $!
}

# Only the network is the host's here; files and processes are the machine's.
network_run() { # network_run HOST COMMAND...
  local host=$1
  shift
  nsenter --net="/run/netns/$(netns "$host")" "$@" 9>&-
}

run_in_network() {
  KUBECONFIG=$STATE/admin.kubeconfig network_run "$CONTROL" "$@"
}

# Kills every process of the lab, by its network namespace: that finds also those that no record tells of.
kill_everything() {
  local mine=" $$ $BASHPID " pid=$$ left
  # A caller inside host-a's network (lab run-in-network lab down) is spared.
  while pid=$(awk '{ sub(/.*\) /, ""); print $2 }' "/proc/$pid/stat" 2>/dev/null) && [ "${pid:-0}" -gt 1 ]; do
    mine+="$pid "
  done
  for _ in {1..250}; do
    left=
    for pid in $(lab_processes); do
      [[ $mine == *" $pid "* ]] || ! alive "$pid" || left+=" $pid"
    done
    [ -n "$left" ] || return 0
    # shellcheck disable=SC2086
    kill -KILL $left 2>/dev/null || :
    sleep 0.02
  done
  die "these processes do not end:$left"
}

alive() { [ -n "$(process_start "$1")" ]; }

lab_processes() {
  local name
  for name in "$SWITCH" "${HOSTS[@]/#/ferryman-$LAB-}"; do
    [ ! -e "/run/netns/$name" ] || ip netns pids "$name" 2>/dev/null || :
  done
}

remove_network() {
  local name
  for name in "${HOSTS[@]/#/ferryman-$LAB-}" "$SWITCH"; do
    [ ! -e "/run/netns/$name" ] || ip netns del "$name"
  done
}
