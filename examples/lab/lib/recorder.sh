# Heartbeats: one process per guest reads the serial files of both compute hosts and stamps each beat with this
# machine's clock (the guest's own clock stands still while it is moved). A line that the guest began on one host and
# ended on the other comes together in the pipe.
# shellcheck shell=bash

start_recorder() { # start_recorder NAME
  local dir=$STATE/guests/$1 host files=()
  for host in "${COMPUTE[@]}"; do
    : >"$STATE/$host/guests/$1.serial"
    files+=("$STATE/$host/guests/$1.serial")
  done
  # In the switch's network, by which `down` finds it.
  setsid nsenter --net="/run/netns/$SWITCH" \
    bash "$LAB_DIR/lib/record-ticks" "$dir" "${files[@]}" </dev/null >"$dir/recorder.log" 2>&1 9>&- &
  record_process "$dir/recorder.pid" $!
  disown $!
}

stop_recorder() {
  local pid
  pid=$(recorded_process "$STATE/guests/$1/recorder.pid") || return 0
  kill -KILL -- "-$pid" 2>/dev/null || :
}

# The recorder begins a new file from time to time and keeps the one before.
recorded_ticks() { cat "$STATE/guests/$1/ticks.before" "$STATE/guests/$1/ticks" 2>/dev/null || :; }

guest_ticks() { recorded_ticks "$1"; }

# Longest gap between two heartbeats, of all or of those since a moment (wall-clock ms). A heartbeat that is overdue counts
# only when the next one has come.
guest_downtime() { # guest_downtime NAME [SINCE]
  local since=${2:-0} before=0
  [[ $since =~ ^[0-9]+$ ]] || bad_usage "guest downtime NAME [SINCE]: SINCE is a time in ms, not '$since'"
  [ "$since" -gt 0 ] || before=$(cat "$STATE/guests/$1/longest" 2>/dev/null || echo 0)
  recorded_ticks "$1" | awk -v since="$since" -v longest="$before" '
    last && $1 >= since && $1 - last > longest { longest = $1 - last }
    { last = $1 }
    END { if (NR == 0) exit 1; print longest + 0 }' || die "the guest $1 has not had a heartbeat yet"
}

guest_gapless() {
  recorded_ticks "$1" | awk -v name="$1" '
    NR > 1 && $2 != last + 1 { printf "after heartbeat %d came %d\n", last, $2; bad = 1 }
    { last = $2 }
    END {
      if (NR == 0) { print "no heartbeat yet"; exit 1 }
      if (!bad) printf "%d heartbeats, none lost\n", NR
      exit bad
    }' || exit 1
}
