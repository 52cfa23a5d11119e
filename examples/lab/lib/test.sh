# `lab test`: the whole test suite, what CI runs. End-to-end tests and chaos get labs of their own, so one that is up stays
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
  # Maven builds operator and agent where it tests them.
  if [ -n "$e2e_only" ]; then prepare; else prepare_tools; fi
  export FERRYMAN_LAB_BUILD=0
  KUBEBUILDER_ASSETS=$(test_assets)
  export KUBEBUILDER_ASSETS
  cd "$REPO" || return

  if [ -z "$e2e_only" ]; then
    say "unit and integration tests: mvn verify $*"
    mvn -B -ntp verify "$@" </dev/null || die "unit or integration tests failed"
  fi

  trap end_test EXIT
  trap 'exit 130' INT TERM
  for_each_lab down # of a run that was killed
  say "end-to-end tests: mvn verify -Pe2e"
  # Offline, since everything was fetched above.
  mvn -B -ntp -o verify -Pe2e -pl examples/lab -am "$@" </dev/null || die "end-to-end tests failed"
  if [ -z "$e2e_only$short" ]; then
    test_other_transports
    # The same decisions each time, so that a run that fails can be repeated.
    for_each_lab down
    in_lab 1 up || die "the lab for the random moves does not start"
    in_lab 1 chaos --seconds 180 --seed 7 || die "random moves under random faults failed"
  fi
  TEST_PASSED=1
  say "all tests passed ($(seconds_since "$begin") s)"
}

# As many as the tests' build has forks (examples/lab/pom.xml).
TEST_LABS=(1 2 3)

in_lab() { # in_lab NUMBER COMMAND...
  local number=$1
  shift
  FERRYMAN_LAB=$FERRYMAN_LAB$number "$LAB_DIR/lab" "$@"
}

for_each_lab() { # for_each_lab COMMAND...
  local number
  for number in "${TEST_LABS[@]}"; do in_lab "$number" "$@"; done
}

# A lab has one. Those of the other tests have tls.
test_other_transports() {
  local transport
  for transport in ssh tcp; do
    for_each_lab down
    in_lab 1 up --transport "$transport" || die "the lab does not start with transport $transport"
    say "end-to-end tests with transport $transport"
    mvn -B -ntp -o -q verify -Pe2e -pl examples/lab -am -Dlabs=1 -Dit.test=TransportE2E </dev/null ||
      die "end-to-end tests with transport $transport failed"
  done
}

TEST_PASSED=
end_test() {
  local number
  for number in "${TEST_LABS[@]}"; do
    [ -n "$TEST_PASSED" ] || keep_logs "$FERRYMAN_LAB$number"
    in_lab "$number" down
  done
}

# One folder with all that fabric8's kube-api-test looks for, wherever each program was found.
test_assets() {
  local dir=$LAB_DIR/target/assets name
  mkdir -p "$dir"
  for name in etcd kube-apiserver kubectl; do ln -sfn "${BINARY[$name]}" "$dir/$name"; done
  echo "$dir"
}

keep_logs() { # keep_logs LAB
  local from=/tmp/ferryman-$1 to=$LAB_DIR/target/lab-logs/$1 host kind
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
    FERRYMAN_LAB=$1 timeout 10 "$LAB_DIR/lab" kubectl get "$kind" -A -o yaml >"$to/$kind.yaml" 2>&1 || :
  done
  FERRYMAN_LAB=$1 "$LAB_DIR/lab" status >"$to/status" 2>&1 || :
  say "logs of the failed run are in $to"
}
