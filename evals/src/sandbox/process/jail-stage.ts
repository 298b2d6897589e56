/**
 * Root's way into a jail: paths that only root can reach are mounted, in a mount namespace of its own, where the jail's
 * owner can; then root is given up for good and the jail is made by the owner.
 */
export function stagedArgv(
  owner: { uid: number; gid: number },
  closed: readonly string[],
  argv: (staged: (path: string) => string) => readonly string[],
): [string, ...string[]] {
  const drop = ['setpriv', '--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups', '--'] as const;
  if (closed.length === 0) return [...drop, ...argv((path) => path)];
  const staged = new Map(closed.map((path, index) => [path, `${STAGE}/${index}`]));
  const jail = argv((path) => staged.get(path) ?? path);
  return [
    'unshare',
    ...'--mount --propagation private -- sh -ec'.split(' '),
    stageScript,
    'stage',
    STAGE,
    ...[...staged].flat(),
    '--',
    ...drop,
    ...jail,
  ];
}

/** Nothing of a system's programs lives there (Filesystem Hierarchy Standard 3.0, section 3.12). */
const STAGE = '/media';

const stageScript = `
mount -t tmpfs -o mode=755,size=1m tmpfs "$1"; shift
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir "$2"; else : > "$2"; fi
  mount --rbind "$1" "$2"; shift 2
done
shift
exec "$@"`;
