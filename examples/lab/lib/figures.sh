# `lab figures`: what Ferryman costs, measured on the lab that is up, with a guest of its own.
# shellcheck shell=bash

FIGURES_GUEST=figures

lab_figures() { # lab_figures [--moves N] [--pairs N] [--switchovers N]
  local moves=20 pairs=10 switchovers=10
  while [ $# -gt 0 ]; do
    case $1 in
      --moves | --pairs | --switchovers) ;;
      *) bad_usage "figures has no option '$1'" ;;
    esac
    [[ $# -ge 2 && $2 =~ ^[0-9]{1,4}$ ]] || bad_usage "figures: $1 takes a number"
    case $1 in
      --moves) moves=$2 ;;
      --pairs) pairs=$2 ;;
      --switchovers) switchovers=$2 ;;
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
  say "measuring: $moves moves, $pairs pairs with raw ones, $switchovers pairs of switch-overs"
  run_program figures.Figures \
    "moves=$moves" "pairs=$pairs" "switchovers=$switchovers" "lab=$LAB_DIR/lab" "guest=$FIGURES_GUEST" \
    "ticks=$STATE/guests/$FIGURES_GUEST/ticks" \
    "guest-facts=1 vCPU, 192 MiB, disk on shared storage, idle, run by $(acceleration_name)" \
    "first=$(figures_host "${COMPUTE[0]}")" "second=$(figures_host "${COMPUTE[1]}")" ||
    die "no figures: a move failed, or could not be measured"
  "$LAB_DIR/lab" guest gapless "$FIGURES_GUEST" >/dev/null || die "the guest has lost heartbeats"
}

figures_host() { echo "$1,${ADDRESS[$1]},$(libvirt_socket "$1")"; } # figures_host HOST: NAME,ADDRESS,SOCKET

end_figures() { [ ! -d "$STATE/guests/$FIGURES_GUEST" ] || "$LAB_DIR/lab" guest delete "$FIGURES_GUEST"; }
