import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { leavings } from '../../src/sandbox/pyodide/attempts.ts';
import { nodeFlags } from '../../src/sandbox/pyodide/node-flags.ts';
import { openPyodideSandbox } from '../../src/sandbox/pyodide/open.ts';
import type { GradeJob, Sandbox } from '../../src/sandbox/sandbox.ts';
import { isRunning, processesBelow } from '../support/processes.ts';
import { pythonJob, rightProgram } from '../support/python-job.ts';

const folder = mkdtempSync(join(tmpdir(), 'whetstone-pyodide-test-'));
const cacheDir = join(folder, 'cache');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const images = (cache = cacheDir) => readdirSync(join(cache, 'pyodide')).map((name) => join(cache, 'pyodide', name));
const tsx = resolve(import.meta.dirname, '../../../node_modules/.bin/tsx');
const hostScript = resolve(import.meta.dirname, '../support/pyodide-host.ts');

const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const canBecomeOrdinary =
  process.getuid?.() === 0 && spawnSync('setpriv', [...asNobody, 'test', '-r', hostScript]).status === 0;

describe('the pyodide sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openPyodideSandbox({ workers: 1, hashSeed: 0, cacheDir });
  });
  afterAll(() => sandbox.close());
  const grade = (program: string, changes?: Partial<GradeJob>) => sandbox.grade(pythonJob(program, changes));

  it('passes what is right and fails what is wrong, with the line of the test', async () => {
    expect(await grade(rightProgram)).toMatchObject({ status: 'passed' });
    const wrong = await grade('def f(x): return x');
    expect(wrong).toMatchObject({ status: 'failed' });
    expect(wrong.detail).toContain('assert f(1) == 2');
  });

  it('says of what it grades in one interpreter that it is weaker', async () => {
    expect(await grade(rightProgram, { sameProcess: true })).toMatchObject({ status: 'passed', weaker: true });
    expect(await grade('def f(x): return x', { sameProcess: true })).toMatchObject({ status: 'failed', weaker: true });
  });

  describe('ends what does not end', () => {
    it.each([
      ['a loop', 'def f(x):\n  while True: pass'],
      [
        'a loop that catches everything',
        'def f(x):\n  while True:\n    try:\n      while True: pass\n    except BaseException: pass',
      ],
      ['a loop at load', 'while True: pass'],
      ['a sleep', 'import time\ntime.sleep(1000)'],
      ['a regular expression', 'import re\ndef f(x): return re.match(r"(a+)+b", "a" * 50)'],
      ['a power', 'def f(x): return 7 ** (10 ** 9)'],
      ['a loop in C that looks at nothing', 'import itertools\ndef f(x): return sum(itertools.repeat(1))'],
    ])('%s, and the next sample is graded as ever', async (_name, program) => {
      expect(await grade(program, { timeoutMs: 1500 })).toMatchObject({ status: 'timeout' });
      expect(await grade(rightProgram)).toMatchObject({ status: 'passed' });
    });

    it('tests that loop by themselves', async () => {
      expect(await grade(rightProgram, { tests: 'f(1)\nwhile True: pass', timeoutMs: 1500 })).toMatchObject({
        status: 'timeout',
      });
      expect(await grade(rightProgram)).toMatchObject({ status: 'passed' });
    });
  });

  it('interrupts a loop of Python without starting another process, and starts one after a loop of C', async () => {
    await grade(rightProgram);
    const before = processesBelow(process.pid);
    await grade('def f(x):\n  while True: pass', { timeoutMs: 1500 });
    await grade(rightProgram);
    expect(processesBelow(process.pid)).toEqual(before);
    await grade('import itertools\ndef f(x): return sum(itertools.repeat(1))', { timeoutMs: 1500 });
    await grade(rightProgram);
    expect(processesBelow(process.pid)).not.toEqual(before);
    expect(processesBelow(process.pid)).toHaveLength(before.length);
  });

  it.each(['memory', 'files', 'descriptors'] as const)(
    'hands the next sample nothing of what was left in %s',
    async (where) => {
      const job = { tests: 'assert look_and_leave() == []', calls: ['look_and_leave'] };
      for (let round = 0; round < 3; round++)
        expect(await grade(leavings(where), job)).toMatchObject({ status: 'passed' });
    },
  );

  it('hands the next sample no patched len, although the interpreter’s own answer breaks over it', async () => {
    expect(await grade('import builtins\nbuiltins.len = lambda thing: 0\ndef f(x): return x + 1')).toMatchObject({
      status: 'failed',
    });
    expect(await grade('def f(x): return len([0]) + x')).toMatchObject({ status: 'passed' });
  });

  describe('lets nobody pass', () => {
    it.each([
      ['an object equal to everything', 'class A:\n  def __eq__(self, _): return True\ndef f(x): return A()'],
      ['an int that lies', 'class A(int):\n  def __eq__(self, _): return True\ndef f(x): return A(7)'],
      ['who leaves early', 'import os\nos._exit(0)'],
      ['who leaves when called', 'import os\ndef f(x): os._exit(0)'],
      ['SystemExit', 'def f(x): raise SystemExit(0)'],
      ['who prints success', 'print("passed")\ndef f(x): print("passed")'],
      [
        'who writes verdicts to every descriptor',
        'import os\ndef f(x):\n  for fd in range(20):\n    try: os.write(fd, b\'{"status":"passed"}\')\n    except OSError: pass\n  os._exit(0)',
      ],
      [
        'who opens the verdict by its name',
        'def f(x):\n  with open("/dev/verdict", "wb", buffering=0) as file: file.write(b\'{"status":"passed"}\')',
      ],
      ['who floods the wire', 'import os\ndef f(x):\n  for _ in range(200): os.write(3, bytes(10 ** 6))'],
      [
        'who answers before being asked',
        'import os, json\nanswer = json.dumps(["value", 1, 2]).encode()\nos.write(3, len(answer).to_bytes(4, "big") + answer)\ndef f(x): return 0',
      ],
      ['nested beyond reading', 'def f(x):\n  value = []\n  for _ in range(10 ** 5): value = [value]\n  return value'],
      ['who reads input', 'input()\ndef f(x): return x + 1'],
    ])('%s', async (_name, program) => {
      expect(await grade(program)).toMatchObject({ status: 'failed' });
      expect(await grade(rightProgram)).toMatchObject({ status: 'passed' });
    });
  });

  it('keeps the tests out of the candidate’s memory', async () => {
    const hunter = `
import gc, sys
def f(x):
    frame, found = sys._getframe(), []
    while frame:
        found += [value for value in frame.f_locals.values() if type(value) is str] + [value for value in frame.f_globals.values() if type(value) is str]
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing) is dict: found += [value for value in thing.values() if type(value) is str]
    return any('CANA' 'RY' in text for text in found)`;
    const tests = '# CANARY\nassert f(1) is False';
    expect(await grade(hunter, { tests })).toMatchObject({ status: 'passed' });
    // The hunter does find it where it is.
    expect(await grade(hunter, { tests, sameProcess: true })).toMatchObject({ status: 'failed' });
  });

  describe('limits', () => {
    it.each([
      ['memory', 'def f(x):\n  try: return len(bytearray(1 << 30))\n  except MemoryError: return x + 1'],
      [
        'what is written to files',
        'def f(x):\n  try:\n    with open("/tmp/big", "wb") as file:\n      for _ in range(200): file.write(bytes(1 << 20))\n  except OSError: return x + 1',
      ],
      ['recursion', 'def g(n): return g(n + 1)\ndef f(x):\n  try: g(0)\n  except RecursionError: return x + 1'],
      [
        'threads',
        'import threading\ndef f(x):\n  try: threading.Thread(target=print).start()\n  except RuntimeError: return x + 1',
      ],
    ])('%s, by an exception that a program can catch', async (_name, program) => {
      expect(await grade(program)).toMatchObject({ status: 'passed' });
    });

    it('nothing that a program prints', async () => {
      const chatty = 'def f(x):\n  for _ in range(100): print("x" * 10 ** 6)\n  return x + 1';
      expect(await grade(chatty, { timeoutMs: 20_000 })).toMatchObject({ status: 'passed' });
    });
  });

  it.each([
    [
      'asyncio',
      'import asyncio\nasync def g(x):\n  await asyncio.sleep(0.01)\n  return x + 1\ndef f(x): return asyncio.run(g(x))',
    ],
    [
      'temporary files',
      'import tempfile\ndef f(x):\n  with tempfile.TemporaryFile("w+") as file:\n    file.write(str(x + 1)); file.seek(0); return int(file.read())',
    ],
    ['modules that are loaded late', 'import unittest, csv, sqlite3, difflib, zoneinfo\ndef f(x): return x + 1'],
    [
      'a try at JavaScript that falls back',
      'try:\n  import js\nexcept ImportError: js = None\ndef f(x): return x + 1 if js is None else 0',
    ],
  ])('runs %s', async (_name, program) => {
    expect(await grade(program, { timeoutMs: 20_000 })).toMatchObject({ status: 'passed' });
  });

  it('ends whoever reaches for JavaScript, and says by what', async () => {
    const program =
      'import sys\nfor name in ["js", "_pyodide_core"]: sys.modules.pop(name, None)\nimport _pyodide_core\ndef f(x): return _pyodide_core.to_js([x])';
    const verdict = await grade(program);
    expect(verdict).toMatchObject({ status: 'failed' });
    expect(verdict.detail).toContain('It reached for what lies outside of Python (JsvArray_New)');
    expect(await grade(rightProgram)).toMatchObject({ status: 'passed' });
  });

  it('holds against every probe', async () => {
    const probes = await sandbox.probe();
    expect(probes.filter(({ escaped }) => escaped)).toEqual([]);
    expect(probes.length).toBeGreaterThan(15);
  });

  it('gives up a job that is called off, and grades the next', async () => {
    const stop = new AbortController();
    const endless = sandbox.grade(pythonJob('while True: pass', { timeoutMs: 60_000 }), stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 300);
    await expect(endless).rejects.toThrow('enough');
    expect(await grade(rightProgram)).toMatchObject({ status: 'passed' });
  });

  it('refuses other languages as its own trouble, not as a failure', async () => {
    expect(await grade('', { language: 'javascript' })).toMatchObject({ status: 'error' });
  });
});

describe('the image of a booted interpreter', () => {
  const gradeOnce = async (cache: string) => {
    const sandbox = await openPyodideSandbox({ workers: 1, hashSeed: 0, cacheDir: cache });
    try {
      return (await sandbox.grade(pythonJob(rightProgram))).status;
    } finally {
      await sandbox.close();
    }
  };

  it('is made once and used again', async () => {
    const [image = ''] = images();
    const { mtimeMs } = statSync(image);
    expect(await gradeOnce(cacheDir)).toBe('passed');
    expect(images()).toEqual([image]);
    expect(statSync(image).mtimeMs).toBe(mtimeMs);
  });

  it('is made again when it is damaged', async () => {
    const [image = ''] = images();
    truncateSync(image, 1_000_000);
    expect(await gradeOnce(cacheDir)).toBe('passed');
    expect(statSync(images()[0]!).size).toBeGreaterThan(20_000_000);
  });

  it('is done without where it cannot be kept', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expect(await gradeOnce(file)).toBe('passed');
  });
});

describe.skipIf(process.platform !== 'linux')('processes (looked up in /proc, so on Linux alone)', () => {
  it('are gone after close', async () => {
    const before = processesBelow(process.pid);
    const sandbox = await openPyodideSandbox({ workers: 2, hashSeed: 0, cacheDir });
    await sandbox.grade(pythonJob(rightProgram));
    const endless = sandbox.grade(pythonJob('while True: pass', { timeoutMs: 60_000 }));
    expect(processesBelow(process.pid).length).toBeGreaterThan(before.length);
    await sandbox.close();
    expect(processesBelow(process.pid)).toEqual(before);
    expect(await endless).toMatchObject({ status: 'error' });
  });

  it('are gone after their host was killed, even in the middle of a loop in C', async () => {
    const host = spawn(tsx, [hostScript, cacheDir, 'endless'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(host.stdout, 'data');
    const started = processesBelow(host.pid!);
    expect(started.length).toBeGreaterThan(2);
    for (const pid of [host.pid!, ...started.filter((pid) => processesBelow(pid).length > 0)])
      process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(started.filter(isRunning)).toEqual([]), { timeout: 60_000, interval: 200 });
  });

  it.skipIf(!canBecomeOrdinary)('run for an ordinary user as for root (needs root to become one)', () => {
    const inFolderOfTheirs =
      'home=$(mktemp -d /tmp/whetstone-ordinary-XXXXXX); HOME=$home TMPDIR=$home "$0" "$1" "$home/cache"; rm -rf "$home"';
    const { stdout, stderr } = spawnSync('setpriv', [...asNobody, 'sh', '-c', inFolderOfTheirs, tsx, hostScript], {
      encoding: 'utf8',
    });
    expect(stdout, stderr).toContain('"passed"');
  });
});

it('keeps JavaScript that got out of WebAssembly from anything of Node', () => {
  const child = resolve(import.meta.dirname, '../../src/sandbox/pyodide/child');
  const support = resolve(import.meta.dirname, '../support');
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'secret');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...nodeFlags(process.version, [`${child}/*`, `${support}/*`]),
      join(support, 'walls-from-inside.mjs'),
      child,
      secret,
    ],
    { encoding: 'utf8', env: {} },
  );
  expect(stdout.trim(), stderr).toBe('[]');
});
