# `lab chaos`: random moves of guests under random faults, on the lab that is up, and what an observer outside of Ferryman
# makes of it.
# shellcheck shell=bash

lab_chaos() { # lab_chaos --seconds N [--seed S] [--disks shared|block|both]
  local seconds='' seed=$RANDOM disks=both
  while [ $# -gt 0 ]; do
    case $1 in
      --seconds | --seed | --disks) ;;
      *) bad_usage "chaos has no option '$1'" ;;
    esac
    [ $# -ge 2 ] || bad_usage "chaos: $1 takes a value"
    case $1 in
      --seconds) [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || bad_usage "--seconds takes a number, not '$2'"; seconds=$2 ;;
      --seed) [[ $2 =~ ^[0-9]{1,18}$ ]] || bad_usage "--seed takes a number, not '$2'"; seed=$2 ;;
      --disks) [[ $2 =~ ^(shared|block|both)$ ]] || bad_usage "--disks is shared, block or both, not '$2'"; disks=$2 ;;
    esac
    shift 2
  done
  [ -n "$seconds" ] || bad_usage "chaos --seconds N: for how long?"
  require_up
  "$LAB_DIR/lab" status >/dev/null || die "chaos needs the whole lab, and part of it is down: lab status, lab up"

  step "building the program" build_programs
  delete_chaos_guests # of a run that failed
  trap 'exit 130' INT TERM
  trap end_chaos EXIT
  run_program chaos.Chaos "seconds=$seconds" "seed=$seed" "disks=$disks" "state=$STATE" "hosts=$(chaos_hosts)" ||
    die "chaos has found faults (seed $seed). Guests and LiveMigrations are as it left them; logs are in $STATE/logs"
  CHAOS_PASSED=1
}

chaos_hosts() { # NAME=SOCKET,NAME=SOCKET
  local host list=
  for host in "${COMPUTE[@]}"; do list+=",$host=$(libvirt_socket "$host")"; done
  echo "${list#,}"
}

CHAOS_PASSED=
end_chaos() {
  mend_everything
  [ -z "$CHAOS_PASSED" ] || delete_chaos_guests
}

# Whatever the program has not mended itself, since it was interrupted.
mend_everything() {
  local host service
  for host in "${HOSTS[@]}"; do
    link_command "$host" up
    link_command "$host" rate none
  done
  while read -r host service; do
    [ "$host" != "$CONTROL" ] || host=
    # shellcheck disable=SC2086 # no host, no argument
    "$LAB_DIR/lab" start "$service" $host || :
  done < <(services)
}

delete_chaos_guests() {
  local name
  for name in $(guest_names); do
    [[ $name != chaos-* ]] || "$LAB_DIR/lab" guest delete "$name"
  done
}
