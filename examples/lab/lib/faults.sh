# Faults on purpose: killed and frozen processes, cut and slow links. And the daemons' logs.
# shellcheck shell=bash

parse_service() { # sets SERVICE_HOST and NAME
  case ${1:-} in
    operator | standby | apiserver | etcd)
      [ $# -eq 1 ] || bad_usage "'$1' takes no host"
      SERVICE_HOST=$CONTROL ;;
    agent | libvirtd)
      [ $# -eq 2 ] || bad_usage "'$1' takes a host: one of ${COMPUTE[*]}"
      require_compute "$2"
      SERVICE_HOST=$2 ;;
    *) bad_usage "'${1:-}' is not one of: operator, standby, apiserver, etcd, agent HOST, libvirtd HOST" ;;
  esac
  NAME=$1
}

# What can be killed or frozen: a service, with its children, or the QEMU of a guest.
fault_target() { # sets TARGET to what kill takes, and WHAT to its name
  local SERVICE_HOST NAME pid
  if [ "${1:-}" = qemu ]; then
    [ $# -eq 3 ] || bad_usage "qemu HOST GUEST"
    require_host "$2"
    require_compute "$2"
    WHAT="QEMU of $3 on $2"
    TARGET=$(qemu_pid "$2" "$3") || die "$WHAT does not run"
    return
  fi
  parse_service "$@"
  WHAT="$NAME on $SERVICE_HOST"
  pid=$(service_pid "$SERVICE_HOST" "$NAME") || die "$WHAT does not run"
  # The session that host_spawn gave it: the process and its children. QEMU has a session of its own and lives on.
  TARGET=-$pid
}

# By the network namespace, since libvirt's record of it may be gone while it still runs.
qemu_pid() { # qemu_pid HOST GUEST
  local file
  # All at once: what is to be hit may be over soon.
  file=$(ip netns pids "$(netns "$1")" | sed 's|.*|/proc/&/cmdline|' | xargs -r grep -lsz "^guest=$2," | head -n 1) || :
  [ -n "$file" ] || return 1
  file=${file#/proc/}
  echo "${file%/cmdline}"
}

fault_kill() {
  local TARGET WHAT
  fault_target "$@"
  kill -KILL -- "$TARGET"
  wait_for 60 target_ended "$TARGET" || die "$WHAT does not end"
}
target_ended() { # target_ended PID|-SESSION
  local pid pids=$1
  [[ $1 != -* ]] || pids=$(pgrep -s "${1#-}") || :
  for pid in $pids; do ! alive "$pid" || return 1; done
}

fault_stop() {
  local TARGET WHAT
  fault_target "$@"
  kill -STOP -- "$TARGET"
}

fault_continue() {
  local TARGET WHAT
  fault_target "$@"
  kill -CONT -- "$TARGET"
}

service_start() {
  local SERVICE_HOST NAME pid AGENT_OPTIONS=()
  if [ "${1:-}" = agent ] && [ $# -gt 2 ]; then
    AGENT_OPTIONS=("${@:3}")
    set -- "$1" "$2"
  fi
  parse_service "$@"
  case $NAME in
    operator | standby | agent) [ -e "$STATE/with-product" ] || die "this lab is without operator and agents" ;;
  esac
  # One that was stopped runs, but would never become ready. One that begins now has no session of its own for a moment,
  # so it is not asked.
  pid=$(service_pid "$SERVICE_HOST" "$NAME") || :
  if [ -z "$pid" ] || ! kill -CONT -- "-$pid" 2>/dev/null; then start_unless_running "$SERVICE_HOST" "$NAME"; fi
  wait_until_ready "$SERVICE_HOST" "$NAME"
}

service_logs() {
  local SERVICE_HOST NAME
  parse_service "$@"
  [ -e "$STATE/logs/$SERVICE_HOST-$NAME.log" ] || die "$NAME on $SERVICE_HOST has no log: is the lab '$LAB' up?"
  cat "$STATE/logs/$SERVICE_HOST-$NAME.log"
}

link_command() {
  local usage='link HOST down|up|rate RATE|rate none|apart OTHER|together OTHER'
  [ $# -ge 2 ] || bad_usage "$usage"
  is_host "$1" || bad_usage "there is no host '$1': hosts are ${HOSTS[*]}"
  case "$#,$2" in
    2,up | 2,down) ip -n "$SWITCH" link set "$1" "$2" ;;
    3,rate)
      limit_rate "$(netns "$1")" eth0 "$3"
      limit_rate "$SWITCH" "$1" "$3" ;;
    3,apart | 3,together)
      is_host "$3" && [ "$1" != "$3" ] || bad_usage "$usage: OTHER is another host of ${HOSTS[*]}, not '$3'"
      "hosts_$2" "$1" "$3"
      "hosts_$2" "$3" "$1" ;;
    *) bad_usage "$usage" ;;
  esac
}

# Frames for the other go to an address that nobody has, so connections hang, as they do when a cable between two switches
# is cut: each of the two still reaches everybody else.
hosts_apart() { # hosts_apart HOST OTHER: one way
  ip -n "$(netns "$1")" neigh replace "${ADDRESS[$2]}" lladdr 02:00:00:00:00:99 dev br0 nud permanent
}
hosts_together() { ip -n "$(netns "$1")" neigh del "${ADDRESS[$2]}" dev br0 2>/dev/null || :; }

# Whatever was killed or frozen runs again and whatever was cut or slowed is as it was. Guests that have ended stay so.
mend() {
  local host other
  # shellcheck disable=SC2046
  kill -CONT $(lab_processes) 2>/dev/null || :
  for host in "${HOSTS[@]}"; do
    ip -n "$SWITCH" link set "$host" up
    limit_rate "$(netns "$host")" eth0 none
    limit_rate "$SWITCH" "$host" none
    for other in "${HOSTS[@]}"; do hosts_together "$host" "$other"; done
  done
  start_services
}

limit_rate() { # limit_rate NAMESPACE DEVICE RATE|none: what the device may send
  tc -n "$1" qdisc del dev "$2" root 2>/dev/null || :
  [ "$3" = none ] || tc -n "$1" qdisc add dev "$2" root tbf rate "$3" burst 256kb latency 50ms ||
    die "tc takes no rate '$3': write it like 50mbit"
}
