# etcd and kube-apiserver on host-a, and the kubeconfigs that lead to them. No controller manager: nothing here needs one.
# shellcheck shell=bash

API=https://${ADDRESS[$CONTROL]}:6443

# Copies, so that neither a rebuild nor a cleaned cache pulls a program from under a lab that runs.
install_binaries() {
  local name
  mkdir -p "$STATE/bin"
  for name in "${!BINARY[@]}"; do
    ln -f "${BINARY[$name]}" "$STATE/bin/$name" 2>/dev/null || cp "${BINARY[$name]}" "$STATE/bin/$name"
  done
}

# Data need not survive the machine, only a killed process: so no fsync.
start_etcd() {
  host_spawn "$CONTROL" etcd "${BESIDE_GUESTS[@]}" "$STATE/bin/etcd" --name lab --data-dir "$STATE/etcd" --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --log-level warn
}
etcd_ready() { network_run "$CONTROL" curl -sf -m 5 http://127.0.0.1:2379/health; }

# endpoint-reconciler-type=none: without it a killed server would leave its address behind.
start_apiserver() {
  local pki=$STATE/pki
  host_spawn "$CONTROL" apiserver "${BESIDE_GUESTS[@]}" "$STATE/bin/kube-apiserver" \
    --etcd-servers http://127.0.0.1:2379 --bind-address 0.0.0.0 --secure-port 6443 \
    --advertise-address "${ADDRESS[$CONTROL]}" --endpoint-reconciler-type none \
    --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
    --client-ca-file "$pki/cluster.crt" --authorization-mode RBAC --service-cluster-ip-range 10.96.0.0/16 \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$pki/service-accounts.key" \
    --service-account-signing-key-file "$pki/service-accounts.key"
}
# With its own authority: a readiness that any server could answer would say nothing.
apiserver_ready() { network_run "$CONTROL" curl -sf -m 5 --cacert "$STATE/pki/cluster.crt" "$API/readyz"; }

write_admin_kubeconfig() {
  write_kubeconfig "$STATE/admin.kubeconfig" <<EOF
    client-certificate-data: $(base64 -w0 "$STATE/pki/admin.crt")
    client-key-data: $(base64 -w0 "$STATE/pki/admin.key")
EOF
}

write_kubeconfig() { # write_kubeconfig FILE <CREDENTIALS
  (
    umask 077
    cat >"$1.new" <<EOF
apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: $API
    certificate-authority-data: $(base64 -w0 "$STATE/pki/cluster.crt")
users:
- name: user
  user:
$(cat)
contexts:
- name: lab
  context: {cluster: lab, user: user}
current-context: lab
EOF
  )
  mv "$1.new" "$1"
}

kubectl_as_admin() { KUBECACHEDIR=$STATE/kubectl-cache run_in_network "$STATE/bin/kubectl" "$@"; }
