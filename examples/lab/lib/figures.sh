# `lab figures`: what Ferryman costs, measured on the lab that is up, with a guest of its own.
# shellcheck shell=bash

FIGURES_GUEST=figures
BUSY_GUEST=$FIGURES_GUEST-busy
FIGURES_RECOVER=

lab_figures() { # lab_figures [--moves N] [--verdicts N] [--pairs N] [--switchovers N] [--busies N] [--recoveries N]
  local moves=20 verdicts=20 pairs=10 switchovers=10 busies=5 recoveries=5
  while [ $# -gt 0 ]; do
    case $1 in
      --moves | --verdicts | --pairs | --switchovers | --busies | --recoveries) ;;
      *) bad_usage "figures has no option '$1'" ;;
    esac
    [[ $# -ge 2 && $2 =~ ^[0-9]{1,4}$ ]] || bad_usage "figures: $1 takes a number"
    case $1 in
      --moves) moves=$2 ;;
      --verdicts) verdicts=$2 ;;
      --pairs) pairs=$2 ;;
      --switchovers) switchovers=$2 ;;
      --busies) busies=$2 ;;
      --recoveries) recoveries=$2 ;;
    esac
    shift 2
  done
  require_up
  "$LAB_DIR/lab" status >/dev/null || die "figures needs the whole lab, and part of it is down: lab status, lab up"

  step "building the measuring program" build_programs
  trap 'exit 130' INT TERM
  trap end_figures EXIT
  end_figures # of a run that was killed
  "$LAB_DIR/lab" guest create "$FIGURES_GUEST" --host "${COMPUTE[0]}" --vcpus 1 --memory 192 --disk shared
  [ "$recoveries$busies" = 00 ] || FIGURES_RECOVER=1
  say "measuring: $moves moves, $verdicts checks, $pairs pairs with raw ones, $switchovers pairs of switch-overs, thrice $busies pairs of a busy guest, $recoveries recoveries"
  run_program figures.Figures \
    "moves=$moves" "verdicts=$verdicts" "pairs=$pairs" "switchovers=$switchovers" "busies=$busies" "recoveries=$recoveries" \
    "lab=$LAB_DIR/lab" "state=$STATE" "namespace=$NAMESPACE" "guest=$FIGURES_GUEST" "busy-guest=$BUSY_GUEST" \
    "guest-facts=1 vCPU, 192 MiB, disk on shared storage, idle, run by $(acceleration_name)" \
    "first=$(figures_host "${COMPUTE[0]}")" "second=$(figures_host "${COMPUTE[1]}")" ||
    die "no figures: a move or a recovery failed, or could not be measured"
  "$LAB_DIR/lab" guest gapless "$FIGURES_GUEST" >/dev/null || die "the guest has lost heartbeats"
}

figures_host() { echo "$1,${ADDRESS[$1]},$(libvirt_socket "$1")"; } # figures_host HOST: NAME,ADDRESS,SOCKET

end_figures() {
  [ -z "$(service_pid "$CONTROL" standby)" ] || "$LAB_DIR/lab" kill standby
  [ -z "$FIGURES_RECOVER" ] || mend # what was killed or slowed by a measurement that failed
  local guest
  for guest in "$FIGURES_GUEST" "$BUSY_GUEST"; do
    [ ! -d "$STATE/guests/$guest" ] || "$LAB_DIR/lab" guest delete "$guest"
  done
}
