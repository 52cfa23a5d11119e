# `lab demo`: the walkthrough. Whatever is not as it should be ends it with exit code 1.
# shellcheck shell=bash

MIGRATION_MANIFEST=$REPO/examples/livemigration.yaml
DEMO_GUESTS=(i-00000001 i-00000002 i-00000003 i-00000004)

lab_demo() {
  local begin=$EPOCHREALTIME
  product_wanted || die "the demo needs operator and agents, but FERRYMAN_LAB_PRODUCT=0"
  lab_up
  demo_clean
  step "starting three guests" demo_guests

  demo_says "The instances, and where they are. i-00000003 is on host-b, and host-b needs maintenance."
  wait_for 30 instance_is i-00000003 host-b || die "no Instance i-00000003 on host-b appeared"
  kubectl_as_admin get instances
  demo_says "The hosts."
  kubectl_as_admin get hostresources
  demo_says "Has host-c room for it?"
  wait_for 30 projects_reported host-c p1 p2 || die "host-c does not report the projects p1 and p2"
  host_table host-c

  demo_says "So move it there:"
  cat "$MIGRATION_MANIFEST"
  demo_move
  demo_says "The instances afterwards."
  wait_for 30 instance_is i-00000003 host-c || die "the Instance i-00000003 is not on host-c"
  kubectl_as_admin get instances

  demo_refusal
  say "demo done ($(seconds_since "$begin") s). The lab is still up: try 'lab help', end it with 'lab down'"
}

demo_says() { printf '\n# %s\n' "$*"; }

demo_clean() { # what an earlier demo left in a lab that is still up
  local name
  kubectl_as_admin delete livemigrations --ignore-not-found --wait --timeout=60s too-big -o name >/dev/null
  kubectl_as_admin delete --ignore-not-found --wait --timeout=60s -f "$MIGRATION_MANIFEST" -o name >/dev/null
  for name in "${DEMO_GUESTS[@]}"; do
    [ ! -d "$STATE/guests/$name" ] || guest_delete "$name"
  done
}

demo_guests() { # side by side, each in a shell of its own
  local job jobs=()
  (guest_create i-00000001 --host host-c --project p1 --disk-size 2048) &
  jobs+=($!)
  (guest_create i-00000002 --host host-c --project p2 --disk-size 1024) &
  jobs+=($!)
  (guest_create i-00000003 --host host-b --project p1 --disk-size 1024) &
  jobs+=($!)
  for job in "${jobs[@]}"; do wait "$job" || die "a guest did not start"; done
}

instance_is() { [ "$(kubectl_as_admin get instance "$1" -o 'jsonpath={.status.host}')" = "$2" ]; }

projects_reported() { # projects_reported HOST PROJECT...
  local reported name
  reported=" $(kubectl_as_admin get hostresource "$1" -o 'jsonpath={.status.projects[*].name}') "
  shift
  for name in "$@"; do [[ $reported == *" $name "* ]] || return 1; done
}

host_table() {
  kubectl_as_admin get hostresource "$1" -o "go-template-file=$REPO/examples/host-table.gotmpl"
}

demo_move() {
  local name begin watch
  begin=$((${EPOCHREALTIME/./} / 1000))
  name=$(kubectl_as_admin apply -f "$MIGRATION_MANIFEST" -o name)
  demo_says "Watch it: kubectl get livemigration ${name#*/} --watch"
  kubectl_as_admin get "$name" --watch &
  watch=$!
  migration_ended 120 "$name" || die "$name did not end in 120 s: lab logs operator"
  sleep 0.5 # so that the watch shows the last line
  pkill -P "$watch" || : # its kubectl, with which it ends
  wait "$watch" 2>/dev/null || :
  [ "$(migration_field "$name" '{.status.phase}')" = Succeeded ] ||
    die "$name: $(migration_field "$name" '{.status.conditions[?(@.type=="Succeeded")].message}')"

  demo_says "What the guest itself saw of the move"
  [ "$(guest_places i-00000003)" = "host-c (running) " ] || die "i-00000003 should run on host-c alone: $(guest_places i-00000003)"
  # A gap is measured when it is over.
  wait_for 60 guest_beats_since i-00000003 $((${EPOCHREALTIME/./} / 1000)) || die "i-00000003 has no heartbeat on host-c"
  printf 'longest gap between two heartbeats: %s ms\n' "$(guest_downtime i-00000003 "$begin")"
  guest_gapless i-00000003
  guest_check_disk i-00000003
}

guest_beats_since() { guest_ticks "$1" | awk -v since="$2" '$1 > since { found = 1 } END { exit !found }'; } # NAME MS
migration_field() { kubectl_as_admin get "$1" -o "jsonpath=$2"; }
migration_phase_is_last() { [[ $(migration_field "$1" '{.status.phase}') =~ ^(Succeeded|Failed|Cancelled)$ ]]; }
migration_ended() { wait_for "$1" migration_phase_is_last "$2"; } # migration_ended SECONDS NAME

demo_refusal() {
  local total
  total=$(kubectl_as_admin get hostresource host-c -o 'jsonpath={.status.total.memoryMiB}')
  demo_says "A guest that host-c has no room for: i-00000004 has $((total - 128)) of host-c's $total MiB, and others are there."
  step "starting it on host-b" guest_create i-00000004 --host host-b --disk none --memory $((total - 128))
  wait_for 30 instance_is i-00000004 host-b || die "no Instance i-00000004 on host-b appeared"
  kubectl_as_admin apply -f - <<EOF
apiVersion: ferryman.dev/v1alpha1
kind: LiveMigration
metadata: {name: too-big}
spec: {instance: i-00000004, destination: host-c}
EOF
  migration_ended 60 livemigration/too-big || die "too-big did not end in 60 s: lab logs operator"
  kubectl_as_admin get livemigration too-big -o \
    'jsonpath={.status.phase}, {.status.conditions[?(@.type=="Succeeded")].reason}: {.status.conditions[?(@.type=="Succeeded")].message}{"\n"}'
  [ "$(migration_field livemigration/too-big '{.status.phase}')" = Failed ] || die "too-big should have been refused"
  [ "$(guest_places i-00000004)" = "host-b (running) " ] || die "i-00000004 should run on host-b alone: $(guest_places i-00000004)"
  guest_delete i-00000004
}
