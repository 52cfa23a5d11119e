# Guests: made, deleted and questioned.
# shellcheck shell=bash

# A directory of each host of its own.
LOCAL=/var/lib/ferryman/local

guest_command() {
  local what=${1:-}
  [ $# -eq 0 ] || shift
  case $what in
    create) guest_create "$@"; return ;;
    list) no_arguments "$@"; guest_names; return ;;
    delete | ip | ticks | downtime | gapless | check-disk) ;;
    *) bad_usage "guest create|delete|list|ip|ticks|downtime|gapless|check-disk" ;;
  esac
  if [ $# -ne 1 ] && [ "$#,$what" != 2,downtime ]; then bad_usage "guest $what takes a NAME"; fi
  [ -d "$STATE/guests/$1" ] || die "there is no guest '$1' in the lab '$LAB'"
  case $what in
    delete) guest_delete "$1" ;;
    ip) guest_address "$1" ;;
    ticks) guest_ticks "$1" ;;
    downtime) guest_downtime "$@" ;;
    gapless) guest_gapless "$1" ;;
    check-disk) guest_check_disk "$1" ;;
  esac
}

guest_names() { [ ! -d "$STATE/guests" ] || ls "$STATE/guests"; }
guest_address() { cat "$STATE/guests/$1/address"; }

virsh_on() { # virsh_on HOST ARGUMENTS...
  local host=$1
  shift
  host_run "$host" timeout 60 virsh -q -c qemu:///system "$@"
}

guest_places() { # "host-b (running)", or both hosts in the middle of a move
  local host now
  for host in "${COMPUTE[@]}"; do
    now=$(virsh_on "$host" domstate "$1" 2>/dev/null) && printf '%s (%s) ' "$host" "$now"
  done
  echo
}

guest_host() { # the host where it runs, or is paused
  local host now
  for host in "${COMPUTE[@]}"; do
    now=$(virsh_on "$host" domstate "$1" 2>/dev/null) || continue
    [[ $now != running && $now != paused ]] || { echo "$host"; return; }
  done
  return 1
}

guest_create() {
  local name=${1:-} host='' vcpus=1 memory=192 disk=shared disk_size=64 fill=0 project='' dirty=0 paused=0 nvram=0 cache=none hugepages=0 cpu=qemu64 vnc=0 filter='' devices=''
  [[ $name =~ ^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$ ]] ||
    bad_usage "guest create NAME --host HOST ...: a name is 1 to 63 of a-z, 0-9, '-' and '.', not '$name'"
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --paused) paused=1; shift; continue ;;
      --nvram) nvram=1; shift; continue ;;
      --hugepages) hugepages=1; shift; continue ;;
      --vnc) vnc=1; shift; continue ;;
      --host | --vcpus | --memory | --disk | --disk-size | --fill | --cache | --project | --dirty | --cpu | --filter | --device) ;;
      *) bad_usage "guest create has no option '$1'" ;;
    esac
    [ $# -ge 2 ] || bad_usage "guest create: $1 takes a value"
    case $1 in
      --host) require_compute "$2"; host=$2 ;;
      --vcpus) require_number "$@"; vcpus=$2 ;;
      --memory) require_number "$@"; memory=$2 ;;
      --disk-size) require_number "$@"; disk_size=$2 ;;
      --fill) require_number "$@"; fill=$2 ;;
      --dirty) require_number "$@"; dirty=$2 ;;
      --disk) [[ $2 =~ ^(shared|block|iscsi|local|mixed|none)$ ]] ||
        bad_usage "--disk is shared, block, iscsi, local, mixed or none, not '$2'"; disk=$2 ;;
      --cache) [[ $2 =~ ^(none|writethrough|writeback|directsync|unsafe)$ ]] ||
        bad_usage "--cache is none, writethrough, writeback, directsync or unsafe, not '$2'"; cache=$2 ;;
      --cpu) [[ $2 =~ ^[A-Za-z0-9_-]+$ ]] || bad_usage "--cpu takes a model that libvirt knows, not '$2'"; cpu=$2 ;;
      --device) devices+="    $2"$'\n' ;;
      --filter) [[ $2 =~ ^[A-Za-z0-9._-]+$ ]] || bad_usage "--filter takes letters, digits and ._-"; filter=$2 ;;
      --project) [[ $2 =~ ^[A-Za-z0-9._-]+$ ]] || bad_usage "--project takes letters, digits and ._-"; project=$2 ;;
    esac
    shift 2
  done
  [ -n "$host" ] || bad_usage "guest create NAME --host HOST: on which host?"
  [ "$dirty" -eq 0 ] || [ $((dirty + 96)) -le "$memory" ] ||
    bad_usage "--dirty $dirty needs --memory $((dirty + 96)) or more"
  if [ "$fill" -gt 0 ] && { [[ ! $disk =~ ^(local|mixed)$ ]] || [ $((fill + 1)) -gt "$disk_size" ]; }; then
    bad_usage "--fill is for a disk that is local, and larger"
  fi
  [ "$hugepages" -eq 0 ] || [ $((memory % 2)) -eq 0 ] || bad_usage "--hugepages: pages of 2 MiB do not make $memory MiB"
  require_host "$host"
  if [[ $disk =~ ^(shared|mixed)$ ]] || [ "$nvram" -eq 1 ]; then
    storage_mounted "$host" || die "$host has its shared storage not mounted: lab storage $host mount"
  fi
  libvirtd_ready "$host" >/dev/null 2>&1 || die "libvirtd on $host does not answer: lab start libvirtd $host"
  mkdir "$STATE/guests/$name" 2>/dev/null || die "there is a guest '$name' already"
  # What fails halfway leaves nothing behind. The name is expanded now, since it is gone when the trap runs.
  # shellcheck disable=SC2064
  trap "guest_delete '$name'" EXIT
  guest_make
  trap - EXIT
}

require_number() { [[ $2 =~ ^[1-9][0-9]{0,6}$ || ($1 = --dirty && $2 = 0) ]] || bad_usage "$1 takes a number, not '$2'"; }

guest_make() { # with the variables of guest_create
  local dir=$STATE/guests/$name address
  address=$(take_address "$name")
  echo "$address" >"$dir/address"
  echo "$disk" >"$dir/disk"
  case $disk in
    shared)
      host_run "$host" mkdir -p "$INSTANCES/$name"
      host_run "$host" qemu-img create -q -f qcow2 "$INSTANCES/$name/disk.qcow2" "${disk_size}M" ;;
    local | mixed)
      host_run "$host" mkdir -p "$LOCAL/$name"
      host_run "$host" qemu-img create -q -f qcow2 "$LOCAL/$name/disk.qcow2" "${disk_size}M"
      [ "$fill" -eq 0 ] || host_run "$host" qemu-io -f qcow2 -c "write -P 7 1M ${fill}M" "$LOCAL/$name/disk.qcow2" >/dev/null
      [ "$disk" = local ] || {
        host_run "$host" mkdir -p "$INSTANCES/$name"
        host_run "$host" qemu-img create -q -f qcow2 "$INSTANCES/$name/disk.qcow2" "${disk_size}M"
      } ;;
    block) make_block_disk "$name" "$disk_size" ;;
    iscsi) make_iscsi_disk "$name" "$disk_size" ;;
  esac
  [ "$nvram" -eq 0 ] || make_nvram
  start_recorder "$name"
  domain_xml >"$dir/domain.xml"
  virsh_on "$host" define "$dir/domain.xml" >/dev/null
  virsh_on "$host" start "$name" >/dev/null
  # Emulated, a guest boots in 3 s; on a busy machine it takes its time.
  wait_for 120 test -s "$dir/ticks" ||
    die "the guest $name did not boot: see $(virsh_on "$host" domstate "$name") and $dir/console"
  [ "$paused" -eq 0 ] || virsh_on "$host" suspend "$name" >/dev/null
}

take_address() { # making the directory takes the address, also when two guests are created at once
  local last
  for last in {100..250}; do
    mkdir "$STATE/addresses/$SUBNET.$last" 2>/dev/null || continue
    echo "$SUBNET.$last"
    return
  done
  die "no address is left: the lab has 151 guests"
}

# Emulated, QEMU before 9.0 forgets to watch pages it has just copied when the memory's size is a multiple of 256 KiB, as
# libvirt makes it: some writes of the guest in the middle of a move are lost, and about one guest in fifty moves dies of
# it. With 8 KiB more QEMU goes through its other, right code. KVM has no such fault.
odd_memory() { # odd_memory MIB
  [ "$(cat "$STATE/acceleration")" = qemu ] || return 0
  local kib=$(($1 * 1024 + 8)) argument
  echo '<qemu:commandline>'
  for argument in -m "size=${kib}k" -object "memory-backend-ram,id=odd.ram,size=${kib}k" -machine memory-backend=odd.ram; do
    echo "    <qemu:arg value='$argument'/>"
  done
  echo '  </qemu:commandline>'
}

# A guest that has a lot of memory only for the sake of the hypervisors' books uses some of it: so it boots in seconds and
# does not take the machine's.
kernel_memory() { # kernel_memory MIB DIRTY
  [ "$1" -le $((1024 + $2)) ] || printf 'mem=%dM ' $((1024 + $2))
}

domain_xml() { # with the variables of guest_make
  local mac metadata project_xml='' has_disk=0
  mac=$(printf '52:54:00:77:01:%02x' "${address##*.}")
  [ -z "$project" ] || project_xml="<ferryman:project>$project</ferryman:project>"
  metadata="<metadata><ferryman:instance xmlns:ferryman='https://ferryman.dev/instance'>$project_xml<ferryman:address>$address</ferryman:address></ferryman:instance></metadata>"
  [ "$disk" = none ] || has_disk=1
  cat <<EOF
<domain type='$(cat "$STATE/acceleration")' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>$name</name>
  $metadata
  <memory unit='MiB'>$memory</memory>
  $([ "$hugepages" -eq 0 ] || echo '<memoryBacking><hugepages/></memoryBacking>')
  <vcpu>$vcpus</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>/var/lib/ferryman/boot/vmlinuz</kernel>
    <initrd>/var/lib/ferryman/boot/initrd.img</initrd>
    $(nvram_xml)
    <cmdline>console=ttyS0 quiet panic=1 $(kernel_memory "$memory" "$dirty")fm.name=$name fm.ip=$address fm.disk=$has_disk fm.dirty=$dirty</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='custom' match='exact'><model>$cpu</model></cpu>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    $(disk_xml)
    <interface type='bridge'>
      <source bridge='br0'/>
      <mac address='$mac'/>
      <model type='virtio'/>
      ${filter:+<filterref filter='$filter'/>}
    </interface>
    <serial type='file'><source path='/var/log/ferryman-guests/$name.serial' append='on'/></serial>
    $(vnc_xml)
    <memballoon model='none'/>
$devices  </devices>
  $([ "$hugepages" -eq 1 ] || odd_memory "$memory")
</domain>
EOF
}

# What libvirt makes of UEFI's variables: flash that the guest can write, kept in a file. SeaBIOS, run from flash as well,
# starts the guest as fast as ever and leaves the file as it is.
make_nvram() { # with the variables of guest_make
  # shellcheck disable=SC2016 # the inner shell expands these
  host_run "$host" bash -c 'mkdir -p "$1" && printf "variables of %s" "$2" >"$1/nvram.fd" && truncate -s 128K "$1/nvram.fd"' \
    bash "$INSTANCES/$name" "$name"
}

nvram_xml() { # with the variables of guest_make
  [ "$nvram" -eq 1 ] || return 0
  echo "<loader readonly='yes' type='pflash'>/usr/share/seabios/bios-256k.bin</loader>"
  echo "    <nvram>$INSTANCES/$name/nvram.fd</nvram>"
}

# A screen that only its host's address shows, and a line into the guest that only that takes.
vnc_xml() { # with the variables of guest_make
  [ "$vnc" -eq 1 ] || return 0
  echo "<graphics type='vnc' autoport='yes' listen='${ADDRESS[$host]}'/>"
  echo "    <video><model type='none'/></video>"
  echo "    <serial type='tcp'><source mode='bind' host='${ADDRESS[$host]}' service='$((5500 + ${address##*.}))'/></serial>"
}

disk_xml() { # with the variables of guest_make
  case $disk in
    none) return ;;
    shared)
      echo "<disk type='file' device='disk'>"
      echo "      <driver name='qemu' type='qcow2' cache='$cache'/>"
      echo "      <source file='$INSTANCES/$name/disk.qcow2'/>" ;;
    local | mixed)
      [ "$disk" = local ] || second_disk_xml
      echo "<disk type='file' device='disk'>"
      echo "      <driver name='qemu' type='qcow2' cache='$cache'/>"
      echo "      <source file='$LOCAL/$name/disk.qcow2'/>" ;;
    iscsi)
      echo "<disk type='network' device='disk'>"
      echo "      <driver name='qemu' type='raw' cache='$cache'/>"
      echo "      $(iscsi_disk_xml "$name")" ;;
    block)
      echo "<disk type='block' device='disk'>"
      # QEMU's native way of reading takes direct access.
      echo "      <driver name='qemu' type='raw' cache='$cache'$([[ $cache != none && $cache != directsync ]] || echo " io='native'")/>"
      echo "      <source dev='$(block_disk_path "$name")'/>" ;;
  esac
  echo "      <target dev='vda' bus='virtio'/>"
  echo "    </disk>"
}

second_disk_xml() { # with the variables of guest_make
  echo "<disk type='file' device='disk'>"
  echo "      <driver name='qemu' type='qcow2' cache='$cache'/>"
  echo "      <source file='$INSTANCES/$name/disk.qcow2'/>"
  echo "      <target dev='vdb' bus='virtio'/>"
  echo "    </disk>"
}

guest_delete() {
  local name=$1 host unreachable=
  for host in "${COMPUTE[@]}"; do
    libvirtd_ready "$host" >/dev/null 2>&1 || { unreachable+=" $host"; continue; }
    ! virsh_on "$host" dominfo "$name" >/dev/null 2>&1 || {
      virsh_on "$host" destroy "$name" >/dev/null 2>&1 || :
      virsh_on "$host" undefine --keep-nvram "$name" >/dev/null 2>&1 || :
    }
    rm -f "$STATE/$host/guests/$name.serial"
    host_run "$host" rm -rf "${LOCAL:?}/$name"
  done
  [ -z "$unreachable" ] || die "libvirtd does not answer on$unreachable: the guest $name may still be there"
  stop_recorder "$name"
  for host in "${COMPUTE[@]}"; do
    ! storage_mounted "$host" || { host_run "$host" rm -rf "$INSTANCES/$name"; break; }
  done
  delete_block_disk "$name"
  delete_iscsi_disk "$name"
  [ ! -e "$STATE/guests/$name/address" ] || rmdir "$STATE/addresses/$(guest_address "$name")"
  rm -rf "${STATE:?}/guests/$name"
}

# The writer goes around 64 sectors, so they hold 64 consecutive numbers unless a write was lost or came too late. The
# guest itself reports a sector that had lost its content before it was overwritten, or a write that failed.
guest_check_disk() {
  local name=$1 host complaint verdict
  host=$(guest_host "$name") || die "the guest $name runs on no host"
  [ "$(cat "$STATE/guests/$name/disk")" != none ] || die "the guest $name has no disk"
  if complaint=$(grep -m 1 DISK "$STATE/guests/$name/console"); then die "the guest $name says: $complaint"; fi
  # The guest goes on writing: a read may meet a write halfway, but not three times.
  for _ in 1 2 3; do
    ! verdict=$(read_sectors "$host" "$name" | judge_sectors) || { echo "$verdict"; return; }
    sleep 0.2
  done
  die "the disk of the guest $name: $verdict"
}

# Past the host's page cache, which may hold what it read when the guest was here before.
read_sectors() { # read_sectors HOST NAME
  if [ "$(cat "$STATE/guests/$2/disk")" = block ]; then
    host_run "$1" dd "if=$(block_disk_path "$2")" iflag=direct bs=32768 count=1 status=none
    return
  fi
  if [ "$(cat "$STATE/guests/$2/disk")" = iscsi ]; then
    head -c 32768 "$(iscsi_file "$2")"
    return
  fi
  local directory=$INSTANCES
  [[ ! $(cat "$STATE/guests/$2/disk") =~ ^(local|mixed)$ ]] || directory=$LOCAL
  # shellcheck disable=SC2016 # the inner shell expands these
  host_run "$1" bash -c 'qemu-img convert -U -T none -f qcow2 -O raw "$1" /run/$$.raw && head -c 32768 /run/$$.raw
    rm -f /run/$$.raw' bash "$directory/$2/disk.qcow2"
}

judge_sectors() { # reads 64 sectors, each "W" and a number and then zeros
  tr '\0' '\n' | awk '
    NF == 0 { next }
    $1 != "W" { printf "unexpected content: %s\n", $0; bad = 1; exit }
    { n[count++] = $2 + 0; if (count == 1 || $2 + 0 < low) low = $2 + 0; if ($2 + 0 > high) high = $2 + 0; seen[$2 + 0] = 1 }
    END {
      if (bad) exit 1
      if (count == 0) { print "nothing written yet"; exit 1 }
      for (i = low; i <= high; i++) if (!(i in seen)) { printf "write %d is lost (%d to %d are there)\n", i, low, high; exit 1 }
      if (high >= 63 && count != 64) { printf "%d of 64 sectors are written\n", count; exit 1 }
      printf "writes %d to %d are on the disk, none lost\n", low, high
    }'
}
