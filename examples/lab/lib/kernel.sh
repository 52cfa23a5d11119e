# What guests boot: Debian's cloud kernel and a small initramfs with busybox; and whether KVM may run them.
# shellcheck shell=bash

GUEST_BOOT=$CACHE/guest

# Unpacked, not installed: the package would put its kernel into the machine's own /boot.
fetch_guest_kernel() {
  [ ! -e "$GUEST_BOOT/modules/order" ] || return 0
  step "fetching the guests' kernel" unpack_guest_kernel
}

unpack_guest_kernel() {
  local work=$CACHE/guest.part log=$CACHE/logs/guest-kernel.log package module
  rm -rf "$work"
  mkdir -p "$work/modules" "${log%/*}"
  {
    package=$(kernel_package) || { apt-get update && package=$(kernel_package); }
    (cd "$work" && apt-get download "$package") && dpkg-deb -x "$work"/linux-image-*.deb "$work/tree"
  } >"$log" 2>&1 </dev/null 9>&- || die "could not fetch Debian's cloud kernel for the guests: see $log"
  [ -d "$work/tree/lib/modules" ] || mv "$work/tree/usr/lib" "$work/tree/lib"
  mv "$work"/tree/boot/vmlinuz-* "$work/vmlinuz"
  depmod -b "$work/tree" "$(basename "$work"/tree/lib/modules/*)"
  for module in virtio_pci virtio_net virtio_blk; do collect_module "$work" "$module"; done
  rm -rf "$work/tree" "$work"/linux-image-*.deb "$GUEST_BOOT"
  mv "$work" "$GUEST_BOOT"
}

kernel_package() {
  apt-cache depends --no-recommends --no-suggests linux-image-cloud-amd64 |
    awk '$1 == "Depends:" && $2 ~ /^linux-image-.*-cloud-amd64$/ { print $2; found = 1; exit } END { exit !found }'
}

collect_module() { # collect_module DIRECTORY MODULE: with what it needs, in the order to load it
  local file name
  while read -r _ file _; do
    name=$(basename "$file")
    name=${name%.xz} name=${name%.zst} # newer Debian compresses modules
    [ ! -e "$1/modules/$name" ] || continue
    case $file in
      *.xz) xz -dc "$file" >"$1/modules/$name" ;;
      *.zst) zstd -dcq "$file" >"$1/modules/$name" ;;
      *) cp "$file" "$1/modules/$name" ;;
    esac
    echo "$name" >>"$1/modules/order"
  done < <(modprobe -d "$1/tree" -S "$(basename "$1"/tree/lib/modules/*)" -D "$2" | grep '^insmod ')
}

# Named by what is in it: other working copies share the cache, and each has a guest of its own.
initramfs() { echo "$GUEST_BOOT/initrd-$(sha256sum <"$LAB_DIR/guest/init" | head -c 12).img"; }

build_initramfs() {
  local image source=$LAB_DIR/guest/init tree=$GUEST_BOOT/initramfs
  image=$(initramfs)
  [ ! -e "$image" ] || return 0
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,dev,proc,sys,tmp,www,mnt}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  cp -r "$GUEST_BOOT/modules" "$tree/modules"
  install -m 755 "$source" "$tree/init"
  (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$image.part"
  mv "$image.part" "$image"
  rm -rf "$tree"
}

# Emulation unless KVM is asked for. That /dev/kvm opens says little (nested machines), so it has to boot a kernel.
choose_acceleration() {
  if [ "${FERRYMAN_LAB_KVM:-0}" != 1 ]; then
    echo qemu
  elif timeout 20 qemu-system-x86_64 -accel kvm -M q35 -m 128 -nographic -no-reboot \
    -kernel "$GUEST_BOOT/vmlinuz" -append 'console=ttyS0 panic=-1' </dev/null 2>&1 | grep -q 'Linux version'; then
    echo kvm
  else
    say "FERRYMAN_LAB_KVM=1, but KVM does not boot a kernel here: guests are emulated"
    echo qemu
  fi
}
