# Faults on purpose: killed daemons, cut and slow links. And the daemons' logs.
# shellcheck shell=bash

parse_service() { # sets SERVICE_HOST and NAME
  case ${1:-} in
    operator | apiserver | etcd)
      [ $# -eq 1 ] || bad_usage "'$1' takes no host"
      SERVICE_HOST=$CONTROL ;;
    agent | libvirtd)
      [ $# -eq 2 ] || bad_usage "'$1' takes a host: one of ${COMPUTE[*]}"
      require_compute "$2"
      SERVICE_HOST=$2 ;;
    *) bad_usage "'${1:-}' is not one of: operator, apiserver, etcd, agent HOST, libvirtd HOST" ;;
  esac
  NAME=$1
}

service_kill() {
  local SERVICE_HOST NAME pid
  parse_service "$@"
  pid=$(service_pid "$SERVICE_HOST" "$NAME") || die "$NAME on $SERVICE_HOST does not run"
  # The session that host_spawn gave it: the process and its children. QEMU has a session of its own and lives on.
  kill -KILL -- "-$pid"
  wait_for 10 session_ended "$pid" || die "$NAME on $SERVICE_HOST does not end"
}
session_ended() { [ -z "$(pgrep -s "$1" -r R,S,D,T)" ]; }

service_start() {
  local SERVICE_HOST NAME
  parse_service "$@"
  case $NAME in
    operator | agent) [ -e "$STATE/with-product" ] || die "this lab is without operator and agents" ;;
  esac
  start_unless_running "$SERVICE_HOST" "$NAME"
  wait_until_ready "$SERVICE_HOST" "$NAME"
}

service_logs() {
  local SERVICE_HOST NAME
  parse_service "$@"
  [ -e "$STATE/logs/$SERVICE_HOST-$NAME.log" ] || die "$NAME on $SERVICE_HOST has no log: is the lab '$LAB' up?"
  cat "$STATE/logs/$SERVICE_HOST-$NAME.log"
}

link_command() {
  [ $# -ge 2 ] || bad_usage "link HOST down|up|rate RATE|rate none"
  is_host "$1" || bad_usage "there is no host '$1': hosts are ${HOSTS[*]}"
  case "$#,$2" in
    2,up | 2,down) ip -n "$SWITCH" link set "$1" "$2" ;;
    3,rate)
      limit_rate "$(netns "$1")" eth0 "$3"
      limit_rate "$SWITCH" "$1" "$3" ;;
    *) bad_usage "link HOST down|up|rate RATE|rate none" ;;
  esac
}

limit_rate() { # limit_rate NAMESPACE DEVICE RATE|none: what the device may send
  tc -n "$1" qdisc del dev "$2" root 2>/dev/null || :
  [ "$3" = none ] || tc -n "$1" qdisc add dev "$2" root tbf rate "$3" burst 256kb latency 50ms ||
    die "tc takes no rate '$3': write it like 50mbit"
}
