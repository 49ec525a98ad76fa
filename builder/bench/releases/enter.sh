# Runs a command inside a chroot. Started in a mount and a PID namespace of its own, so that the
# mounts, and all processes that the command leaves behind, end with it, whatever ends it.
#
#   enter.sh ROOT [FROM TO OPTIONS]... -- COMMAND...
#
# Each FROM is a folder outside that appears at TO, inside, with the mount options OPTIONS.
set -eu
root=$1
shift
mount --make-rprivate /
while [ "$1" != -- ]; do
    mkdir -p "$root$2"
    mount --bind "$1" "$root$2"
    [ "$3" = rw ] || mount -o "remount,bind,$3" "$root$2"
    shift 3
done
shift
mount -t proc proc "$root/proc"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
# Not exec: the first process of a PID namespace has to wait for the orphans in it, as this shell does.
status=0
chroot "$root" "$@" || status=$?
exit "$status"
