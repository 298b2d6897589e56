import { linkAt, mountOf, type JailPlan } from './jail-plan.ts';

/** `staged` says where a host path can be reached by whoever starts bubblewrap. */
export function bubblewrapArgv(
  plan: JailPlan,
  command: readonly string[],
  staged: (path: string) => string,
): [string, ...string[]] {
  return [
    'bwrap',
    ...'--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try'.split(' '),
    ...'--die-with-parent --new-session --cap-drop ALL --uid 1000 --gid 1000 --clearenv'.split(' '),
    ...(plan.isInit ? ['--as-pid-1'] : []),
    ...Object.entries(plan.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...plan.readable.map(mountOf).flatMap(({ host, inside }) => {
      const link = linkAt(host);
      return link === undefined ? ['--ro-bind', staged(host), inside] : ['--symlink', link, inside];
    }),
    ...(plan.tmpMb ? ['--perms', '1777', '--size', String(plan.tmpMb * 2 ** 20), '--tmpfs', '/tmp'] : []),
    ...(plan.proc ? ['--proc', '/proc'] : []),
    ...['/dev/null', '/dev/zero', '/dev/urandom'].flatMap((device) => ['--dev-bind', device, device]),
    ...(plan.writable ?? []).flatMap(({ host, inside }) => ['--bind', staged(host), inside]),
    // Else the root, /dev and whatever else bubblewrap made to mount things on can be written to, from one sample to the next.
    '--remount-ro',
    '/',
    '--chdir',
    plan.workingFolder ?? '/',
    ...(plan.seccompFd === undefined ? [] : ['--seccomp', String(plan.seccompFd)]),
    '--',
    ...command,
  ];
}
