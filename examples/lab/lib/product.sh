# Ferryman itself: the chart, and operator and agents as processes with the tokens of the chart's service accounts.
# shellcheck shell=bash

CHART=$REPO/helm/ferryman
OPERATOR_PORT=8090
STANDBY_PORT=8091
AGENT_PORT=9090
AGENT_OPTIONS=() # further ones, of the agent that is started next
# Small heaps that start fast; a lab has three of these on a machine that also emulates guests.
PRODUCT_JAVA_OPTS=${JAVA_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m}

install_chart() {
  local sum host
  sum=$(find "$CHART" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  [ "$(cat "$STATE/chart.sum" 2>/dev/null)" = "$sum" ] || {
    # Helm installs a chart's CRDs, but does not update them.
    [ ! -e "$STATE/chart.sum" ] ||
      kubectl_as_admin apply --server-side --force-conflicts -f "$CHART/crds" >/dev/null
    helm_as_admin upgrade --install ferryman "$CHART" -n "$NAMESPACE" --create-namespace \
      --set "agent.hosts={$(IFS=,; echo "${COMPUTE[*]}")}" >"$STATE/logs/helm.log" 2>&1 ||
      die "helm could not install the chart: $(tail -n 1 "$STATE/logs/helm.log")"
    kubectl_as_admin wait --for=condition=Established --timeout=30s \
      crd/{livemigrations,hostresources,instances}.ferryman.dev >/dev/null
    echo "$sum" >"$STATE/chart.sum"
  }
  write_token_kubeconfig ferryman-operator
  for host in "${COMPUTE[@]}"; do write_token_kubeconfig "ferryman-agent-$host"; done
}

helm_as_admin() {
  HELM_CACHE_HOME=$STATE/helm HELM_CONFIG_HOME=$STATE/helm HELM_DATA_HOME=$STATE/helm \
    run_in_network "$STATE/bin/helm" "$@"
}

write_token_kubeconfig() { # write_token_kubeconfig SERVICE_ACCOUNT
  local file=$STATE/$1.kubeconfig token
  [ ! -e "$file" ] || return 0
  token=$(kubectl_as_admin -n "$NAMESPACE" create token "$1" --duration=720h)
  write_kubeconfig "$file" <<<"    token: $token"
}

# A Java that only the caller's PATH knows, too.
product_environment() { # product_environment KUBECONFIG
  local java
  java=$(readlink -f "$(command -v java)")
  echo "KUBECONFIG=$1"
  echo "JAVA_HOME=${JAVA_HOME:-${java%/bin/java}}"
  echo "JAVA_OPTS=$PRODUCT_JAVA_OPTS"
}

# Each process runs from its own copy, so that a rebuild never takes jars from under it. A restart takes a new one.
copy_product() { # copy_product DISTRIBUTION SERVICE: prints the directory
  local to=$STATE/product/$2
  [ -d "$1" ] || die "there is no $1: run 'lab prepare'"
  rm -rf "$to"
  mkdir -p "$STATE/product"
  cp -r "$1" "$to"
  echo "$to"
}

start_operator() { spawn_operator operator "$OPERATOR_PORT"; }
operator_ready() { operator_answers "$OPERATOR_PORT"; }

# A second operator: one of the two leads, the other waits for the lead. It runs only where somebody has started it.
start_standby() { spawn_operator standby "$STANDBY_PORT"; }
standby_ready() { operator_answers "$STANDBY_PORT"; }

spawn_operator() { # spawn_operator SERVICE PORT
  local dir environment
  dir=$(copy_product "$OPERATOR_DIST" "$1")
  mapfile -t environment < <(product_environment "$STATE/ferryman-operator.kubeconfig")
  host_spawn "$CONTROL" "$1" "${BESIDE_GUESTS[@]}" env "${environment[@]}" \
    "$dir/bin/ferryman-operator" --namespace "$NAMESPACE" --health-port "$2"
}
operator_answers() { network_run "$CONTROL" curl -sf -m 5 "http://127.0.0.1:$1/readyz"; } # operator_answers PORT

start_agent() { # start_agent HOST
  local dir environment transport
  dir=$(copy_product "$AGENT_DIST" "$1-agent")
  mapfile -t environment < <(product_environment "$STATE/ferryman-agent-$1.kubeconfig")
  mapfile -t transport < <(agent_transport)
  host_spawn "$1" agent "${BESIDE_GUESTS[@]}" env "${environment[@]}" \
    "$dir/bin/ferryman-node-agent" --host "$1" --namespace "$NAMESPACE" --libvirt-uri qemu:///system \
    --instances-dir "$INSTANCES" --journal-dir /var/lib/ferryman/journal \
    --migration-address "${ADDRESS[$1]}" "${transport[@]}" --health-port "$AGENT_PORT" "${AGENT_OPTIONS[@]}"
}
agent_ready() { network_run "$1" curl -sf -m 5 "http://127.0.0.1:$AGENT_PORT/readyz"; }

hosts_reported_ready() {
  kubectl_as_admin wait --for=condition=Ready --timeout=5s "${COMPUTE[@]/#/hostresources.ferryman.dev/}"
}
