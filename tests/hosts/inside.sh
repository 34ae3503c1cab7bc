#!/bin/sh
# The first process of a host in a box: makes the namespaces that it was started in look like a machine of its own.
# usage: inside.sh DIRECTORY NAME ; runs in new mount, network, uts, ipc, pid and cgroup namespaces.
set -eu
dir=$1
name=$2

hostname "$name"
mount -t proc proc /proc
# Each engine as root shares /run/containers and /dev/shm with every other one, whatever its options say.
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
mkdir -p /run/lock /run/podman
for path in /etc/containers /var/lib/containers; do
  mkdir -p "$path"
  mount --bind "$dir$path" "$path"
done
for path in /etc/resolv.conf /etc/hosts; do
  mount --bind "$dir$path" "$path"
done
# The hierarchies anew, so that their roots are this box's own cgroups.
hierarchies=$(awk '$9 == "cgroup" || $9 == "cgroup2" || $8 == "cgroup" || $8 == "cgroup2" {print $5}' /proc/self/mountinfo)
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
for path in $hierarchies; do
  hierarchy=${path#/sys/fs/cgroup/}
  mkdir -p "$path"
  case $hierarchy in
    unified) mount -t cgroup2 cgroup2 "$path" ;;
    systemd) mount -t cgroup -o none,name=systemd cgroup "$path" ;;
    *) mount -t cgroup -o "$hierarchy" cgroup "$path" ;;
  esac
done
ip link set lo up
touch "$dir/ready"
exec sleep infinity
