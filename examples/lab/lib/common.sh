# Messages, settings, the lock, and records of processes. Sourced by lab.
# shellcheck shell=bash

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }
bad_usage() { say "$* (lab help lists the commands)"; exit 2; }
no_arguments() { [ $# -eq 0 ] || bad_usage "takes no argument, but got '$*'"; }

# step WHAT COMMAND...: says what a long step does, and afterwards its time.
step() {
  local what=$1 begin=$EPOCHREALTIME
  shift
  say "$what ..."
  "$@"
  say "$what: $(seconds_since "$begin") s"
}

seconds_since() {
  local ms=$(((${EPOCHREALTIME/./} - ${1/./}) / 1000))
  printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# wait_for SECONDS COMMAND...: polls until the command succeeds; its failures print nothing.
wait_for() {
  local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
    sleep 0.05
  done
}

check_settings() {
  [[ $LAB =~ ^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$ ]] ||
    bad_usage "FERRYMAN_LAB must be 1 to 12 of a-z, 0-9 and '-', not '$LAB'"
  [[ $STATE =~ ^/[A-Za-z0-9/._-]+$ && $STATE != */../* ]] ||
    bad_usage "FERRYMAN_LAB_STATE must be an absolute path of letters, digits and /._-, not '$STATE'"
  # Hosts lay their own directories over these, so they would not see a state directory below them.
  case $STATE/ in
    /etc/* | /var/* | /root/* | /run/* | /proc/* | /sys/* | /dev/*)
      bad_usage "FERRYMAN_LAB_STATE must not be under /etc, /var, /root, /run, /proc, /sys or /dev: '$STATE'" ;;
  esac
  [ "$(uname -sm)" = "Linux x86_64" ] || die "needs Linux on x86_64, this is $(uname -sm)"
  [ "$(id -u)" -eq 0 ] || die "needs root, for network namespaces, mounts and QEMU: run it with sudo"
}

# The file says whose directory it is: `down` removes no directory that the lab did not make.
state_is_ours() { [ "$(cat "$STATE/lab" 2>/dev/null)" = "$LAB" ]; }

require_up() { hosts_running || die "the lab '$LAB' is not up: run 'lab up' first"; }

require_host() {
  is_host "$1" || bad_usage "there is no host '$1': hosts are ${HOSTS[*]}"
  host_running "$1" || die "$1 of the lab '$LAB' does not run: run 'lab up' first"
}
require_compute() {
  [[ -n ${1:-} && " ${COMPUTE[*]} " == *" $1 "* ]] || bad_usage "'${1:-}' is no compute host: those are ${COMPUTE[*]}"
}
is_host() { [[ -n $1 && " ${HOSTS[*]} " == *" $1 "* ]]; }

# One up, down or prepare at a time. The lock lives outside the state directory, which `down` removes. File descriptor 9
# holds it until lab ends; everything that outlives lab is started with 9 closed.
lock() { # lock NAME
  mkdir -p "$CACHE/locks"
  exec 9>"$CACHE/locks/$1"
  flock -n 9 && return
  say "waiting for another lab command to end"
  flock -w 1800 9 || die "another lab command holds $CACHE/locks/$1 for more than 30 minutes"
}
unlock() { exec 9>&-; }

# A process record is a file "PID START", START being the kernel's start time of that process: a PID that another
# process has got since then is not taken for ours.
record_process() { # record_process FILE PID
  printf '%s %s\n' "$2" "$(process_start "$2")" >"$1.new"
  mv "$1.new" "$1"
}

# One whose first thread has ended is a zombie while others still hold its files and ports: that one is not gone.
process_start() { # empty for a process that is gone or only waits to be reaped
  local stat state=0 threads=17 start=19
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  read -ra stat <<<"${stat##*) }"
  if [ "${stat[state]}" != Z ] || [ "${stat[threads]}" -gt 1 ]; then printf '%s' "${stat[start]}"; fi
}

recorded_process() { # prints the PID if that very process still runs
  local pid start
  { read -r pid start <"$1"; } 2>/dev/null || return 1
  [ -n "$start" ] && [ "$(process_start "$pid")" = "$start" ] && printf '%s' "$pid"
}
