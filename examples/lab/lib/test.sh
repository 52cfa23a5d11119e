# `lab test`: the whole test suite, what CI runs. End-to-end tests and chaos get a lab of their own, so one that is up stays
# as it is.
# shellcheck shell=bash

lab_test() { # lab_test [--e2e] [--short] [MAVEN ARGUMENTS]; with --e2e the end-to-end tests alone
  local begin=$EPOCHREALTIME e2e_only= short=
  while :; do
    case ${1:-} in
      --e2e) e2e_only=1 ;;
      --short) short=1 ;;
      *) break ;;
    esac
    shift
  done
  # Of the fault matrix the faults in the middle of the copy alone.
  [ -z "$short" ] || set -- "-Dcells=while Copying" "$@"
  export FERRYMAN_LAB=${FERRYMAN_LAB:-lab}test # beside that one
  unset FERRYMAN_LAB_STATE FERRYMAN_LAB_PRODUCT
  prepare_tools
  KUBEBUILDER_ASSETS=$(test_assets)
  export KUBEBUILDER_ASSETS
  cd "$REPO" || return

  if [ -z "$e2e_only" ]; then
    say "unit and integration tests: mvn verify $*"
    mvn -B -ntp verify "$@" </dev/null || die "unit or integration tests failed"
    export FERRYMAN_LAB_BUILD=0 # that was the build
  fi

  trap end_test EXIT
  trap 'exit 130' INT TERM
  "$LAB_DIR/lab" down # of a run that was killed
  "$LAB_DIR/lab" up || die "the lab for the end-to-end tests does not start"
  say "end-to-end tests: mvn verify -Pe2e"
  # Offline, since the network of host-a reaches nothing else; everything was fetched above.
  "$LAB_DIR/lab" run-in-network mvn -B -ntp -o verify -Pe2e -pl examples/lab -am "$@" </dev/null ||
    die "end-to-end tests failed"
  [ -n "$e2e_only$short" ] || test_other_transports
  # The same decisions each time, so that a run that fails can be repeated.
  [ -n "$e2e_only$short" ] || "$LAB_DIR/lab" chaos --seconds 180 --seed 7 || die "random moves under random faults failed"
  TEST_PASSED=1
  say "all tests passed ($(seconds_since "$begin") s)"
}

# A lab has one. That of the other tests has tls.
test_other_transports() {
  local transport
  for transport in ssh tcp; do
    "$LAB_DIR/lab" down
    "$LAB_DIR/lab" up --transport "$transport" || die "the lab does not start with transport $transport"
    say "end-to-end tests with transport $transport"
    "$LAB_DIR/lab" run-in-network mvn -B -ntp -o -q verify -Pe2e -pl examples/lab -am -Dit.test=TransportE2E </dev/null ||
      die "end-to-end tests with transport $transport failed"
  done
  "$LAB_DIR/lab" down
  "$LAB_DIR/lab" up || die "the lab does not start again"
}

TEST_PASSED=
end_test() {
  [ -n "$TEST_PASSED" ] || keep_logs
  "$LAB_DIR/lab" down
}

# One folder with all that fabric8's kube-api-test looks for, wherever each program was found.
test_assets() {
  local dir=$LAB_DIR/target/assets name
  mkdir -p "$dir"
  for name in etcd kube-apiserver kubectl; do ln -sfn "${BINARY[$name]}" "$dir/$name"; done
  echo "$dir"
}

keep_logs() {
  local from=/tmp/ferryman-$FERRYMAN_LAB to=$LAB_DIR/target/lab-logs host kind
  [ -d "$from/logs" ] || return 0
  rm -rf "$to"
  mkdir -p "$to"
  cp -r "$from/logs/." "$to/"
  cp -r "$from/guests" "$to/guests" 2>/dev/null || :
  for host in "${COMPUTE[@]}"; do
    cp -r "$from/$host/upper/var/log/libvirt/qemu" "$to/$host-qemu" 2>/dev/null || :
    cp -r "$from/$host/journal" "$to/$host-journal" 2>/dev/null || :
  done
  for kind in livemigrations hostresources instances events.events.k8s.io; do
    timeout 10 "$LAB_DIR/lab" kubectl get "$kind" -A -o yaml >"$to/$kind.yaml" 2>&1 || :
  done
  "$LAB_DIR/lab" status >"$to/status" 2>&1 || :
  say "logs of the failed run are in $to"
}
