# kube-apiserver, etcd, kubectl and helm: found on the machine, or built with Go from the modules pinned in tools/.
# shellcheck shell=bash

KUBERNETES_VERSION=1.36.3
HELM_VERSION=4.3.1
GO_NEEDED=1.26
KUBERNETES_CACHE=$CACHE/k8s/$KUBERNETES_VERSION-linux-amd64
declare -A BINARY=() # name: path, filled by resolve_binaries

# Without these stamps kubectl takes itself for version 0.0 and `kubectl version` fails.
KUBERNETES_STAMPS="-X k8s.io/component-base/version.gitVersion=v$KUBERNETES_VERSION"
KUBERNETES_STAMPS+=" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36"
KUBERNETES_STAMPS+=" -X k8s.io/component-base/version.gitTreeState=clean"
KUBERNETES_STAMPS+=" -X k8s.io/client-go/pkg/version.gitVersion=v$KUBERNETES_VERSION"
KUBERNETES_STAMPS+=" -X k8s.io/client-go/pkg/version.gitMajor=1 -X k8s.io/client-go/pkg/version.gitMinor=36"

resolve_binaries() {
  local name
  for name in etcd kube-apiserver kubectl helm; do
    BINARY[$name]=$(find_binary "$name") || BINARY[$name]=
  done
}

build_binaries() {
  resolve_binaries
  [ -n "${BINARY[etcd]}" ] ||
    go_build etcd "$KUBERNETES_CACHE/etcd" go.etcd.io/etcd/server/v3
  [ -n "${BINARY[kube-apiserver]}" ] ||
    go_build kubernetes "$KUBERNETES_CACHE/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver "$KUBERNETES_STAMPS"
  [ -n "${BINARY[kubectl]}" ] ||
    go_build kubernetes "$KUBERNETES_CACHE/kubectl" k8s.io/kubernetes/cmd/kubectl "$KUBERNETES_STAMPS"
  [ -n "${BINARY[helm]}" ] ||
    go_build helm "$CACHE/bin/helm" helm.sh/helm/v4/cmd/helm "-X helm.sh/helm/v4/internal/version.version=v$HELM_VERSION"
  resolve_binaries
}

find_binary() {
  local name=$1 path
  for path in "${KUBEBUILDER_ASSETS:+$KUBEBUILDER_ASSETS/$name}" "$(command -v "$name" || :)"; do
    [ -x "$path" ] && suits "$name" "$path" && readlink -f "$path" && return
  done
  # Ours by name and version: a build is renamed to this only when it is complete.
  for path in "$KUBERNETES_CACHE/$name" "$CACHE/bin/$name"; do
    [ -x "$path" ] && echo "$path" && return
  done
  return 1
}

suits() { # suits NAME PATH: is it new enough?
  local text
  case $1 in
    kube-apiserver | etcd) text=$("$2" --version 2>/dev/null) || return ;;
    kubectl) text=$("$2" version --client 2>/dev/null) || return ;;
    helm) text=$("$2" version --short 2>/dev/null) || return ;;
  esac
  # A "dispatcher" only chooses among kubectls that come with it, and may find none for this server.
  [[ $text != *dispatcher* && $text =~ v?([0-9]+)\.([0-9]+)\.[0-9]+ ]] || return
  case $1 in
    kube-apiserver | kubectl) [ "${BASH_REMATCH[1]}" -eq 1 ] && [ "${BASH_REMATCH[2]}" -ge 30 ] ;;
    etcd | helm) [ "${BASH_REMATCH[1]}" -ge 3 ] ;;
  esac
}

go_build() { # go_build TOOL OUTPUT PACKAGE [LINKER FLAGS]
  command -v go >/dev/null || die "Go is missing, to build ${2##*/}: install Go $GO_NEEDED or newer," \
    "or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl, and have helm in PATH"
  step "building ${2##*/} (the first time takes minutes)" go_build_quietly "$@"
}

go_build_quietly() {
  local log=$CACHE/logs/build-${2##*/}.log
  mkdir -p "${2%/*}" "${log%/*}"
  (
    cd "$LAB_DIR/tools/$1"
    export CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false -mod=readonly'
    nice -n 10 go build -p 2 -ldflags "-s -w ${4:-}" -o "$2.part" "$3"
  ) >"$log" 2>&1 </dev/null 9>&- || die "could not build ${2##*/} (Go $GO_NEEDED or newer is needed): see $log"
  mv "$2.part" "$2"
}
