# Two certificate authorities of the lab's own, one for the hosts' libvirt and QEMU, one for the API server.
# shellcheck shell=bash

make_certificates() {
  local host pki=$STATE/pki
  mkdir -p "$pki"
  chmod 700 "$pki"
  make_authority "$pki/hosts"
  make_authority "$pki/cluster"
  for host in "${COMPUTE[@]}"; do
    make_certificate "$pki/$host" "$pki/hosts" "/CN=$host" "DNS:$host,IP:${ADDRESS[$host]}"
  done
  make_certificate "$pki/apiserver" "$pki/cluster" /CN=kube-apiserver \
    "DNS:$CONTROL,DNS:localhost,DNS:kubernetes.default.svc,IP:${ADDRESS[$CONTROL]},IP:127.0.0.1,IP:10.96.0.1"
  make_certificate "$pki/admin" "$pki/cluster" /O=system:masters/CN=lab-admin DNS:lab-admin
  openssl ecparam -name prime256v1 -genkey -noout -out "$pki/service-accounts.key"
}

make_authority() { # make_authority FILES: FILES.crt and FILES.key
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.crt" -days 365 \
    -subj "/CN=Ferryman lab $LAB ${1##*/}" -addext basicConstraints=critical,CA:TRUE \
    -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}

# libvirt insists on keyEncipherment, although these are elliptic curve keys, which cannot encipher.
make_certificate() { # make_certificate FILES AUTHORITY SUBJECT NAMES
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -subj "$3" 2>/dev/null |
    openssl x509 -req -CA "$2.crt" -CAkey "$2.key" -set_serial "0x$(openssl rand -hex 15)" -days 365 -out "$1.crt" \
      -extfile <(
        echo basicConstraints=critical,CA:FALSE
        echo keyUsage=critical,digitalSignature,keyEncipherment
        echo extendedKeyUsage=serverAuth,clientAuth
        echo "subjectAltName=$4"
      ) 2>/dev/null
}
