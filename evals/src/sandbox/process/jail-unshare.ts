import { linkAt, mountOf, type JailPlan } from './jail-plan.ts';

/**
 * The same jail by util-linux alone, for hosts without bubblewrap: a root of read-only mounts is built on a tmpfs and
 * pivoted into. Weaker in one thing: it loads no seccomp program; what runs in it can, by itself.
 */
export function unshareArgv(
  plan: JailPlan,
  command: readonly string[],
  staged: (path: string) => string,
): [string, ...string[]] {
  const env = Object.entries(plan.env).map(([name, value]) => `${name}=${value}`);
  const steps = [
    ...plan.readable.map(mountOf).flatMap(({ host, inside }) => {
      const link = linkAt(host);
      return link === undefined ? ['ro', staged(host), inside] : ['link', link, inside];
    }),
    ...(plan.tmpMb ? ['tmp', `${plan.tmpMb}m`, '/tmp'] : []),
    ...(plan.proc ? ['proc', 'proc', '/proc'] : []),
    ...['/dev/null', '/dev/zero', '/dev/urandom'].flatMap((device) => ['rw', device, device]),
    ...(plan.writable ?? []).flatMap(({ host, inside }) => ['rw', staged(host), inside]),
  ];
  return [
    'setpriv',
    ...'--pdeathsig KILL -- unshare --user --map-root-user --mount --pid --net --ipc --uts'.split(' '),
    ...'--fork --kill-child=KILL --propagation private -- sh -ec'.split(' '),
    script,
    'jail',
    ...steps,
    '--',
    plan.workingFolder ?? '/',
    // No capability is left, none can be had again, and uid 0 of this namespace means nothing any more.
    ...'setpriv --no-new-privs --inh-caps=-all --bounding-set=-all'.split(' '),
    ...'--securebits=+noroot,+noroot_locked -- env -i'.split(' '),
    ...env,
    ...(plan.isInit ? [] : ['sh', '-c', '"$@" & wait $!; exit $?', 'init']),
    ...command,
  ];
}

// `remount,bind` must repeat the flags that a mount came with, since a user namespace may not take them away.
const script = `
root=/mnt
mount -t tmpfs -o mode=755,size=1m tmpfs $root
while [ "$1" != -- ]; do
  to=$root$3
  mkdir -p "\${to%/*}"
  case $1 in
  link) ln -s "$2" "$to" ;;
  tmp) mkdir -p "$to"; mount -t tmpfs -o mode=1777,nosuid,nodev,size=$2 tmpfs "$to" ;;
  proc) mkdir -p "$to"; mount -t proc proc "$to" ;;
  *)
    if [ -d "$2" ]; then mkdir -p "$to"; else : > "$to"; fi
    mount --rbind "$2" "$to"
    if [ $1 = ro ]; then
      flags=$(findmnt -no OPTIONS -T "$to" | tr , '\\n' | grep -xE 'nosuid|nodev|noexec|noatime|nodiratime|relatime' | tr '\\n' ,)
      mount -o "remount,bind,\${flags}ro" "$to"
    fi ;;
  esac
  shift 3
done
mkdir $root/.old
cd $root
pivot_root . .old
# umount reads /proc; where the program is to have none, the host's serves until the host is gone.
[ -d /proc ] || { mkdir /proc; mount --rbind /.old/proc /proc; borrowed=1; }
umount -l /.old
rmdir /.old
[ -z "$borrowed" ] || { umount -l /proc; rmdir /proc; }
mount -o remount,bind,ro /
cd "$2"
shift 2
exec "$@"`;
