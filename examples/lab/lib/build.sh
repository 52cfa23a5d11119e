# `lab prepare`: everything that has to be there before the lab can start, made if it is missing.
# shellcheck shell=bash

OPERATOR_DIST=$REPO/operator/target/dist/ferryman-operator
AGENT_DIST=$REPO/node-agent/target/dist/ferryman-node-agent

prepare() {
  prepare_tools
  ! product_wanted || {
    lock prepare
    build_product
    unlock
  }
}

prepare_tools() { # all but operator and agents
  lock prepare
  install_packages
  check_kernel
  build_binaries
  fetch_guest_kernel
  build_initramfs
  unlock
}

product_wanted() { [ "${FERRYMAN_LAB_PRODUCT:-1}" != 0 ]; }

build_product() {
  if [ "${FERRYMAN_LAB_BUILD:-1}" = 0 ]; then
    product_is_built ||
      die "operator and agent are not built yet, and FERRYMAN_LAB_BUILD=0: run 'mvn package' in $REPO"
  elif product_is_stale; then
    step "building operator and agent" maven_package
  fi
}

product_is_built() { [ -x "$OPERATOR_DIST/bin/ferryman-operator" ] && [ -x "$AGENT_DIST/bin/ferryman-node-agent" ]; }

# A build that changes nothing leaves old files behind, so what counts as its time is that of a stamp.
BUILD_STAMP=$REPO/operator/target/lab-build.stamp

product_is_stale() {
  if ! product_is_built || [ ! -e "$BUILD_STAMP" ]; then return 0; fi
  [ -n "$(find "$REPO" -name target -prune -o -type f \( -name pom.xml -o -path '*/src/main/*' \) \
    -newer "$BUILD_STAMP" -print -quit)" ]
}

maven_package() {
  local log=$CACHE/logs/maven-package.log begin
  mkdir -p "${log%/*}"
  begin=$(date +@%s.%N)
  (cd "$REPO" && mvn -B -ntp -q -DskipTests package) >"$log" 2>&1 </dev/null 9>&- ||
    die "mvn package failed: see $log"
  touch -d "$begin" "$BUILD_STAMP"
}
