import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { bubblewrapArgv } from './jail-bubblewrap.ts';
import { linkAt, mountOf, type JailLimits, type JailPlan } from './jail-plan.ts';
import { stagedArgv } from './jail-stage.ts';
import { seccompProgram, type SeccompOptions } from './seccomp.ts';
import { unshareArgv } from './jail-unshare.ts';
import { run } from './run.ts';

export type { JailLimits, JailPlan } from './jail-plan.ts';

export interface JailMaker {
  kind: 'bubblewrap' | 'unshare';
  version: string;
  /** Set when we are root: whom the jail belongs to outside. A writable folder must belong to it. */
  owner: { uid: number; gid: number } | undefined;
}

/**
 * An id no distribution hands out (https://systemd.io/UIDS-GIDS). RLIMIT_NPROC does not bind root, and inside a user
 * namespace that root made, every uid still is root to that limit: so root is left before the namespace is made.
 */
const OWNER_WHEN_ROOT = { uid: 60_731, gid: 60_731 };

/** Environment to spawn a jail's argv with: enough to find its own tools. What runs in the jail gets none of it. */
export const JAIL_ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
};

/** How jails are made here. Throws `forbidden` with the way to mend it where none can be. */
export async function findJailMaker(only?: JailMaker['kind']): Promise<JailMaker> {
  if (process.platform !== 'linux')
    throw new WhetstoneError('forbidden', 'The process sandbox needs Linux; choose the sandbox pyodide here.');
  const owner = process.getuid?.() === 0 && isMapped(OWNER_WHEN_ROOT.uid) ? OWNER_WHEN_ROOT : undefined;
  const complaints: string[] = [];
  for (const kind of only ? [only] : (['bubblewrap', 'unshare'] as const)) {
    const version = await run(kind === 'bubblewrap' ? 'bwrap' : 'unshare', ['--version'], JAIL_ENV);
    if (version.exitCode !== 0) {
      complaints.push(`${kind} is not installed`);
      continue;
    }
    const maker: JailMaker = { kind, version: /[\d.]+\d/.exec(version.stdout)?.[0] ?? 'unknown', owner };
    const [file, ...args] = jailArgv(maker, { readable: systemFiles(), env: {}, limits: { processes: 8 } }, [
      '/usr/bin/true',
    ]);
    const tried = await run(file, args, JAIL_ENV);
    if (tried.exitCode === 0) return maker;
    complaints.push(`${kind} said: ${tried.stderr.trim() || `exit code ${tried.exitCode}`}`);
  }
  throw new WhetstoneError(
    'forbidden',
    `No jail can be made here (${complaints.join('; ')}). Install bubblewrap and allow user namespaces ` +
      '(sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0, and on Ubuntu ' +
      'kernel.apparmor_restrict_unprivileged_userns=0; in Docker, --security-opt seccomp=unconfined), ' +
      'or choose the sandbox pyodide.',
  );
}

/** Root of a user namespace may have nobody else to become, and is an ordinary user to the kernel's limits. */
function isMapped(uid: number): boolean {
  return readFileSync('/proc/self/uid_map', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [inside: number, outside: number, count: number])
    .some(([inside, , count]) => uid >= inside && uid < inside + count);
}

/** What the jail's `seccompFd` must be fed; undefined where the jail cannot filter system calls. */
export const seccompOf = (maker: JailMaker, options?: SeccompOptions) =>
  maker.kind === 'bubblewrap' ? seccompProgram(process.arch, options) : undefined;

/** The argv that starts `command` in a jail. Ended together with the process that spawns it, whatever ends that. */
export function jailArgv(maker: JailMaker, plan: JailPlan, command: readonly string[]): [string, ...string[]] {
  const limited = [...limitArgv(plan.limits), ...command];
  const argv = maker.kind === 'bubblewrap' ? bubblewrapArgv : unshareArgv;
  const jail = maker.owner
    ? stagedArgv(maker.owner, mountsOf(plan).filter(isClosedToOthers), (staged) => argv(plan, limited, staged))
    : argv(plan, limited, (path) => path);
  return ['sh', '-c', endedFirst, 'jail', ...jail];
}

/** Where memory runs out, the kernel ends what runs in a jail before anything else (proc_pid_oom_score_adj(5)). */
const endedFirst = 'echo 1000 2>/dev/null > /proc/self/oom_score_adj; exec "$@"';

/** What dynamically linked programs of the system need. */
export function systemFiles(): string[] {
  return [
    '/usr',
    '/bin',
    '/sbin',
    '/lib',
    '/lib32',
    '/lib64',
    '/libx32',
    '/etc/ld.so.cache',
    '/etc/alternatives',
  ].filter(exists);
}

const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;

const mountsOf = (plan: JailPlan) =>
  [...plan.readable.map(mountOf), ...(plan.writable ?? [])]
    .map(({ host }) => host)
    .filter((host) => linkAt(host) === undefined);

/** Root sees below folders that the jail's owner may not enter (a Python under /root, say). */
function isClosedToOthers(path: string): boolean {
  for (let folder = dirname(resolve(path)); folder !== '/'; folder = dirname(folder))
    if (!(statSync(folder).mode & 0o001)) return true;
  return false;
}

function limitArgv({ memoryBytes, dataBytes, processes, openFiles, fileBytes, cpuSeconds }: JailLimits): string[] {
  const limits = {
    as: memoryBytes,
    data: dataBytes,
    nproc: processes,
    nofile: openFiles,
    fsize: fileBytes,
    cpu: cpuSeconds,
    core: 0,
  };
  const flags = Object.entries(limits).flatMap(([name, limit]) => (limit === undefined ? [] : [`--${name}=${limit}`]));
  return ['/usr/bin/prlimit', ...flags, '--'];
}
