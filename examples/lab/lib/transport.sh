# How libvirt daemons reach each other: one of these works in a lab, the others are closed.
# shellcheck shell=bash

TRANSPORTS=(tls ssh tcp)

transport() { cat "$STATE/transport"; }

parse_transport() { # parse_transport [--transport tls|ssh|tcp]: sets TRANSPORT; empty: whatever the lab has, tls at first
  TRANSPORT=
  while [ $# -gt 0 ]; do
    [ "$1" = --transport ] && [ $# -ge 2 ] || bad_usage "up takes --transport ${TRANSPORTS[*]}, not '$1'"
    TRANSPORT=$2
    [[ " ${TRANSPORTS[*]} " = *" $TRANSPORT "* ]] || bad_usage "--transport: '$TRANSPORT' is not one of: ${TRANSPORTS[*]}"
    shift 2
  done
}

check_transport() { # of a lab that is up
  [ -z "$TRANSPORT" ] || [ "$TRANSPORT" = "$(transport)" ] ||
    die "'$LAB' is up with transport $(transport): run 'lab down' first"
}

libvirtd_listens_by_transport() { # lines of libvirtd.conf
  case $(transport) in
    tls) printf 'listen_tls = 1\nlisten_tcp = 0\nauth_tls = "none"\n' ;;
    ssh) printf 'listen_tls = 0\nlisten_tcp = 0\n' ;;
    tcp) printf 'listen_tls = 0\nlisten_tcp = 1\nauth_tcp = "none"\n' ;;
  esac
}

# QEMU's data stream stays encrypted: it has certificates of its own.
agent_transport() { # prints the agent's arguments
  echo "--transport=$(transport)"
  [ "$(transport)" != tcp ] || echo --allow-unencrypted
}

sshd_hosts() { [ "$(transport)" != ssh ] || echo "${COMPUTE[*]}"; }

# Each host may log in at each other as root, and knows its key.
configure_ssh() {
  local host other dir
  for host in $(sshd_hosts); do
    dir=$STATE/$host/upper/root/.ssh
    mkdir -p -m 700 "$dir" "$STATE/$host/upper/etc/ssh"
    ssh-keygen -q -t ed25519 -N '' -C "root@$host" -f "$dir/id_ed25519"
    ssh-keygen -q -t ed25519 -N '' -C "$host" -f "$STATE/$host/upper/etc/ssh/ssh_host_ed25519_key"
  done
  for host in $(sshd_hosts); do
    for other in $(sshd_hosts); do
      cat "$STATE/$other/upper/root/.ssh/id_ed25519.pub" >>"$STATE/$host/upper/root/.ssh/authorized_keys"
      echo "$other $(cut -d' ' -f1,2 "$STATE/$other/upper/etc/ssh/ssh_host_ed25519_key.pub")" \
        >>"$STATE/$host/upper/root/.ssh/known_hosts"
    done
  done
}

start_sshd() { # start_sshd HOST
  host_run "$1" mkdir -p /run/sshd
  host_spawn "$1" sshd "$(command -v sshd)" -D -e -f /dev/null -o UsePAM=no -o UseDNS=no -o PidFile=none \
    -o PermitRootLogin=prohibit-password -o HostKey=/etc/ssh/ssh_host_ed25519_key
}
sshd_ready() { host_run "$1" timeout 10 ssh -n -o BatchMode=yes "$1" true; }
