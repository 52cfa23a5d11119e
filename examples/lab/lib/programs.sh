# The lab's programs in Java: built and run beside the lab, with its API server and its hosts' libvirt in reach.
# shellcheck shell=bash

build_programs() {
  local log=$CACHE/logs/maven-programs.log
  mkdir -p "${log%/*}"
  (cd "$REPO" && mvn -B -ntp -q -Pprograms -pl examples/lab -am test-compile) >"$log" 2>&1 </dev/null ||
    die "mvn test-compile failed: see $log"
}

run_program() { # run_program PACKAGE.CLASS ARGUMENTS...
  local class=dev.ferryman.lab.$1
  shift
  # Its helpers look for the lab's command where Maven runs tests.
  (cd "$LAB_DIR" && run_in_network java -cp "target/test-classes:$(cat target/programs.classpath)" "$class" "$@" </dev/null)
}

# In the host's own /run, seen from this machine.
libvirt_socket() { # libvirt_socket HOST
  local pid
  pid=$(recorded_process "$STATE/$1/pid") || die "$1 of the lab '$LAB' does not run: run 'lab up'"
  echo "/proc/$pid/root/run/libvirt/libvirt-sock"
}
