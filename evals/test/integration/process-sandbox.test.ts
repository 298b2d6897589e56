import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSandbox } from '../../src/sandbox/open.ts';
import { findJailMaker, type JailMaker } from '../../src/sandbox/process/jail.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import { findPython } from '../../src/sandbox/process/python-find.ts';
import { seccompProgram } from '../../src/sandbox/process/seccomp.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { good, wrong } from '../support/sandbox-cases.ts';

const whyMissing = (kind?: JailMaker['kind']) =>
  findJailMaker(kind).then(
    () => undefined,
    (error: Error) => error.message,
  );
const missing = await whyMissing();
const missingFor = {
  bubblewrap: await whyMissing('bubblewrap'),
  unshare: await whyMissing('unshare'),
};
const harness = ['--import', 'tsx', resolve(import.meta.dirname, '../support/grade-cases.ts')];
const ordinary = ['--reuid', '4242', '--regid', '4242', '--clear-groups', '--'];

const notAsUser = await promisify(execFile)(
  'setpriv',
  [...ordinary, process.execPath, ...harness.slice(0, 2), '-e', '0'],
  {
    cwd: resolve(import.meta.dirname, '../..'),
  },
).then(
  () => undefined,
  () => (process.getuid?.() === 0 ? 'an ordinary user cannot read this checkout' : 'we are one already'),
);

interface Process {
  pid: number;
  parent: number;
  /** Tells it from a later one of the same id. */
  startedAt: string;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(join('/proc', name, 'stat'), 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        return [{ pid: Number(name), parent: Number(fields[1]), startedAt: fields[19]! }];
      } catch {
        return [];
      }
    });
}

function descendantsOf(pid: number): Process[] {
  const all = processes();
  const found = all.filter(({ parent }) => parent === pid);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

const stillThere = (before: readonly Process[]) => {
  const now = new Set(processes().map(({ pid, startedAt }) => `${pid} ${startedAt}`));
  return before.filter(({ pid, startedAt }) => now.has(`${pid} ${startedAt}`));
};

const endless = { ...good.job, program: 'def double(n):\n    while True: pass', timeoutMs: 600_000 };

describe.skipIf(missing)(missing ? `the process sandbox (skipped: ${missing})` : 'the process sandbox', () => {
  const opened: Sandbox[] = [];
  const open = async (workers: number, only?: JailMaker['kind']) => {
    const sandbox = await openProcessSandbox({ workers, hashSeed: 0 }, only);
    opened.push(sandbox);
    return sandbox;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()));
  });

  it('leaves no process behind when it is closed in the middle of samples', async () => {
    const before = new Set(descendantsOf(process.pid).map(({ pid }) => pid));
    const sandbox = await open(2);
    const held = [sandbox.grade(endless), sandbox.grade(endless)];
    await vi.waitFor(() => expect(ours().length).toBeGreaterThanOrEqual(8), 20_000);
    const during = ours();
    await sandbox.close();
    expect(await Promise.all(held)).toMatchObject([{ status: 'error' }, { status: 'error' }]);
    await vi.waitFor(() => expect(stillThere(during)).toEqual([]), 20_000);

    function ours() {
      return descendantsOf(process.pid).filter(({ pid }) => !before.has(pid));
    }
  });

  it('leaves no process behind when the harness is killed', async () => {
    const child = spawn(process.execPath, [...harness, 'hold'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((told) => child.stdout.once('data', told));
      // Per worker: two jails of two processes, a driver, a candidate and its child.
      await vi.waitFor(() => expect(descendantsOf(child.pid!).length).toBeGreaterThanOrEqual(12), 30_000);
      const during = descendantsOf(child.pid!);
      child.kill('SIGKILL');
      await vi.waitFor(() => expect(stillThere(during)).toEqual([]), 20_000);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('grades anew, once and alone, what was lost with its servers', async () => {
    const others = new Set(descendantsOf(process.pid).map(({ pid }) => pid));
    const sandbox = await open(2);
    const before = descendantsOf(process.pid).filter(({ pid }) => !others.has(pid));
    const slow = {
      ...good.job,
      program: 'import time\ntime.sleep(1.5)\ndef double(n):\n    return 2 * n',
      timeoutMs: 20_000,
    };
    const graded = sandbox.grade(slow);
    await vi.waitFor(
      () => expect(descendantsOf(process.pid).length).toBeGreaterThan(before.length + others.size),
      20_000,
    );
    for (const { pid } of before) tryKill(pid);
    expect(await graded).toMatchObject({ status: 'passed' });
    expect(await Promise.all([sandbox.grade(good.job), sandbox.grade(wrong.job)])).toMatchObject([
      { status: 'passed' },
      { status: 'failed' },
    ]);
  });

  it('stops a sample that is no longer wanted, and goes on', async () => {
    const sandbox = await open(1);
    const unwanted = new AbortController();
    const held = sandbox.grade(endless, unwanted.signal);
    const queued = sandbox.grade(endless, unwanted.signal);
    const next = sandbox.grade(good.job);
    unwanted.abort(new Error('not wanted'));
    await expect(held).rejects.toThrow('not wanted');
    await expect(queued).rejects.toThrow('not wanted');
    expect(await next).toMatchObject({ status: 'passed' });
  });

  it('hears while its servers start anew that a sample is no longer wanted, and that it is closed', async () => {
    const others = new Set(descendantsOf(process.pid).map(({ pid }) => pid));
    const sandbox = await open(1);
    const killServers = async () => {
      const servers = descendantsOf(process.pid).filter(({ pid }) => !others.has(pid));
      for (const { pid } of servers) tryKill(pid);
      await vi.waitFor(() => expect(stillThere(servers)).toEqual([]), 20_000);
    };
    await killServers();
    const unwanted = new AbortController();
    const held = sandbox.grade(endless, unwanted.signal);
    unwanted.abort(new Error('not wanted'));
    await expect(held).rejects.toThrow('not wanted');
    expect(await sandbox.grade(good.job)).toMatchObject({ status: 'passed' });
    await killServers();
    const last = sandbox.grade(endless);
    await sandbox.close();
    expect(descendantsOf(process.pid).filter(({ pid }) => !others.has(pid))).toEqual([]);
    expect(await last).toMatchObject({ status: 'error' });
  });

  it('judges by processor time: samples that wait for one are not timed out', async () => {
    const sandbox = await open(8);
    // Each takes about a third of its limit alone, and eight of them on fewer processors much more than all of it by the wall.
    const program =
      'import time\ndef double(n):\n    end = time.process_time() + 0.25\n    while time.process_time() < end: pass\n    return 2 * n';
    const job = { ...good.job, program, timeoutMs: 1_000 };
    const verdicts = await Promise.all(Array.from({ length: 16 }, () => sandbox.grade(job)));
    expect(verdicts.map(({ status }) => status)).toEqual(verdicts.map(() => 'passed'));
  });

  it('refuses system calls that no candidate needs, where they can be filtered', async (context) => {
    const sandbox = await open(1);
    context.skip(!('bubblewrap' in sandbox.versions) || !seccompProgram(process.arch), 'not here');
    const program = `import ctypes, errno, socket
def refused():
    libc = ctypes.CDLL(None, use_errno=True)
    codes = []
    for attempt in (lambda: libc.unshare(0x10000000), lambda: libc.ptrace(0, 0, 0, 0), lambda: libc.chroot(b'/usr'), lambda: libc.setns(0, 0)):
        ctypes.set_errno(0)
        attempt()
        codes.append(errno.errorcode.get(ctypes.get_errno()))
    try: socket.socket(40, socket.SOCK_STREAM)
    except OSError as error: codes.append(errno.errorcode[error.errno])
    return codes`;
    const tests = "assert refused() == ['EPERM'] * 4 + ['EAFNOSUPPORT'], refused()";
    expect(await sandbox.grade({ ...good.job, program, tests, calls: ['refused'] })).toMatchObject({
      status: 'passed',
    });
    expect(sandbox.enforces.cannot.join()).not.toContain('not filtered');
  });

  it.for(['bubblewrap', 'unshare'] as const)(
    'starts every sample alike, whatever the one before left behind or changed (%s)',
    async (kind, context) => {
      context.skip(missingFor[kind] !== undefined || !seccompProgram(process.arch), missingFor[kind] ?? 'not filtered');
      const sandbox = await open(1, kind);
      const program = `import ctypes, os, resource
def leave():
    libc = ctypes.CDLL(None)
    for attempt in (
        lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
        lambda: os.sched_setaffinity(1, {max(os.sched_getaffinity(0))}),
        lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
        lambda: resource.prlimit(1, resource.RLIMIT_STACK, (2 ** 20, 2 ** 20)),
        lambda: libc.shmget(7, 4096, 0o1666),
        lambda: libc.semget(7, 1, 0o1666),
        lambda: libc.msgget(7, 0o1666),
        lambda: libc.mq_open(b'/left', 0o102, 0o666, None),
    ):
        try: attempt()
        except OSError: pass
def look():
    libc = ctypes.CDLL(None)
    queues = [libc.shmget(7, 4096, 0), libc.semget(7, 1, 0), libc.msgget(7, 0), libc.mq_open(b'/left', 2)]
    return queues, os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0)), os.sched_getscheduler(0), resource.getrlimit(resource.RLIMIT_STACK)`;
      const looking = { ...good.job, program, tests: 'assert False, look()', calls: ['look'] };
      const before = await sandbox.grade(looking);
      await sandbox.grade({ ...good.job, program, tests: 'leave()', calls: ['leave'] });
      expect(before.detail).toContain('AssertionError: ([-1, -1, -1, -1], ');
      expect((await sandbox.grade(looking)).detail).toBe(before.detail);
    },
  );

  it('is what the kernel ends first where memory runs out', async () => {
    const others = new Set(descendantsOf(process.pid).map(({ pid }) => pid));
    await open(1);
    const ours = descendantsOf(process.pid).filter(({ pid }) => !others.has(pid));
    expect(ours.length).toBeGreaterThanOrEqual(4);
    for (const { pid } of ours) expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('1000\n');
  });

  it('leaves no process behind where it cannot be tried, and says why', async () => {
    const before = descendantsOf(process.pid).length;
    vi.stubEnv('TMPDIR', '/nonexistent');
    await expect(openSandbox({ tier: 'process', workers: 1, hashSeed: 0 }, { e2b: {} })).rejects.toThrow(/Set TMPDIR/);
    vi.unstubAllEnvs();
    await vi.waitFor(() => expect(descendantsOf(process.pid).length).toBeLessThanOrEqual(before), 20_000);
  });

  it.skipIf(notAsUser)('works for an ordinary user who is root of a namespace with nobody else', async () => {
    const asRoot = ['unshare', '--map-root-user', process.execPath];
    const { stdout } = await promisify(execFile)('setpriv', [...ordinary, ...asRoot, ...harness, 'cases'], {
      cwd: resolve(import.meta.dirname, '../..'),
      env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    });
    expect(JSON.parse(stdout)).toEqual({ graded: expect.any(Number), unexpected: [] });
  });

  it('finds its Python whatever PYTHON* says', async () => {
    const found = await findPython();
    vi.stubEnv('PYTHONHOME', '/nonexistent');
    vi.stubEnv('PYTHONINSPECT', '1');
    expect(await findPython()).toEqual(found);
    vi.unstubAllEnvs();
    expect(found).toBeDefined();
  });

  it('gives the same verdict again where the candidate draws numbers', async () => {
    const sandbox = await open(2);
    const program = 'import random\ndef draw():\n    return random.random()';
    const job = { ...good.job, program, calls: ['draw'], tests: 'assert False, draw()' };
    const details = await Promise.all([sandbox.grade(job), sandbox.grade(job)]);
    expect(details[0]!.detail).toMatch(/0\.\d+/);
    expect(details[1]!.detail).toBe(details[0]!.detail);
  });

  it.skipIf(notAsUser)(`works for an ordinary user too${notAsUser ? ` (skipped: ${notAsUser})` : ''}`, async () => {
    const { stdout } = await promisify(execFile)('setpriv', [...ordinary, process.execPath, ...harness, 'cases'], {
      cwd: resolve(import.meta.dirname, '../..'),
      env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    });
    expect(JSON.parse(stdout)).toEqual({ graded: expect.any(Number), unexpected: [] });
  });
});

function tryKill(pid: number) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with another.
  }
}
