import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openExecutor, type Executor } from '../../src/sandbox/process/exec.ts';
import { seccompProgram } from '../../src/sandbox/process/seccomp.ts';
import type { ExecJob } from '../../src/sandbox/sandbox.ts';
import { processesBelow, processesNaming } from '../support/processes.ts';

describe.each(['bubblewrap', 'unshare'] as const)('a command in a jail made by %s', (kind) => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await openExecutor(kind);
  });

  const run = async (command: string, job: Partial<ExecJob> = {}, signal?: AbortSignal) =>
    await executor.exec(
      { folder: mkdtempSync(join(tmpdir(), 'exec-')), command, env: {}, timeoutMs: 60_000, memoryMb: 1024, ...job },
      signal,
    );

  it('works in its folder, which the host sees', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    writeFileSync(join(folder, 'in'), 'from outside');
    expect(await run('pwd; cat in; echo hello > out; exit 3', { folder })).toMatchObject({
      exitCode: 3,
      timedOut: false,
      outOfMemory: false,
      stdout: '/work\nfrom outside',
    });
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('hello\n');
  });

  it('has node and python', async () => {
    const { stdout } = await run('node -p 6*7; python3 -c "print(6*7)"');
    expect(stdout).toBe('42\n42\n');
  });

  it('sees neither files nor the environment of the host, and only reads what is lent', async () => {
    const lent = mkdtempSync(join(tmpdir(), 'lent-'));
    writeFileSync(join(lent, 'a'), 'lent');
    chmodSync(lent, 0o755);
    const { stdout } = await run(
      `cat ${import.meta.filename} 2>/dev/null; cat /deps/x/a; echo x 2>/dev/null > /deps/x/a; ls /home /etc/passwd 2>/dev/null; env | grep -c -e WHETSTONE -e GIT`,
      { readable: [{ host: lent, inside: '/deps/x' }] },
    );
    expect(stdout).toBe('lent0\n');
    expect(readFileSync(join(lent, 'a'), 'utf8')).toBe('lent');
  });

  it('reaches no network, this machine included', async () => {
    const server = createServer((_, response) => response.end('reached')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = `fetch('http://127.0.0.1:${port}').then((r) => r.text()).then(console.log, (e) => console.log('no:', e.cause.code))`;
    const { stdout } = await run(`node -e "${ask}"`);
    server.close();
    expect(stdout).toMatch(/^no: E/);
  });

  it('is nobody who could become root, and cannot grow beyond its number of processes', async () => {
    const forks =
      'import os,time\nn=0\ntry:\n  while n < 5000:\n    if os.fork() == 0: time.sleep(60)\n    n += 1\nexcept OSError: pass\nprint(n)';
    const { stdout } = await run(
      `cat > f.py <<'X'\n${forks}\nX\nunshare --user true 2>&1 >/dev/null | wc -c >/dev/null; python3 f.py`,
      { memoryMb: 16_384 },
    );
    expect(Number(stdout)).toBeGreaterThan(1);
    expect(Number(stdout)).toBeLessThan(600);
  });

  it('is ended when its processes together take more memory than they may', async () => {
    const hog = 'x = bytearray(300 * 2**20); import time; time.sleep(50)';
    const started = `for i in 1 2 3 4 5 6; do python3 -c '${hog}' & done; wait`;
    expect(await run(started, { memoryMb: 512 })).toMatchObject({ outOfMemory: true, timedOut: false });
  });

  it('cannot take more than that in one process either, while node runs in little', async () => {
    const { stdout, exitCode } = await run("python3 -c 'bytearray(900 * 2**20)' 2>&1 | tail -1; node -p 1", {
      memoryMb: 512,
    });
    expect({ stdout, exitCode }).toEqual({ stdout: 'MemoryError\n1\n', exitCode: 0 });
  });

  it('ends when its time does, with whatever it started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    const beat = 'while :; do echo >> beat; sleep 0.02; done';
    expect(await run(`setsid sh -c '${beat}' & sleep 1000`, { folder, timeoutMs: 1500 })).toMatchObject({
      timedOut: true,
    });
    const before = readFileSync(join(folder, 'beat'), 'utf8');
    expect(before).not.toBe('');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readFileSync(join(folder, 'beat'), 'utf8')).toBe(before);
  });

  it('leaves no daemon behind when it ends by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    const beat = 'while :; do echo >> beat; sleep 0.02; done';
    const { exitCode } = await run(`setsid sh -c '${beat}' > /dev/null 2>&1 & sleep 0.5; exit 0`, { folder });
    expect(exitCode).toBe(0);
    const before = readFileSync(join(folder, 'beat'), 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readFileSync(join(folder, 'beat'), 'utf8')).toBe(before);
  });

  it('keeps the end of what it says, 1 MiB of each', async () => {
    const { stdout, stderr } = await run('head -c 100000000 /dev/zero | tr "\\0" x; echo end; echo bad >&2');
    expect(stdout).toHaveLength(2 ** 20);
    expect(stdout.endsWith('xend\n')).toBe(true);
    expect(stderr).toBe('bad\n');
  });

  it('cannot get out of its folder by links, nor change through them what is lent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    const [lent, secret] = [mkdtempSync(join(tmpdir(), 'lent-')), join(mkdtempSync(join(tmpdir(), 'host-')), 'secret')];
    writeFileSync(join(lent, 'a'), 'lent', { mode: 0o666 });
    writeFileSync(secret, 'secret', { mode: 0o666 });
    chmodSync(join(lent, 'a'), 0o666);
    chmodSync(lent, 0o777);
    symlinkSync(secret, join(folder, 'out'));
    symlinkSync('/deps/x/a', join(folder, 'dep'));
    const ways = [
      'cat out',
      'echo changed > out',
      'echo changed > dep',
      'ln -s / root; cat "root$(readlink out)"',
      'touch /deps/x/new',
      'rm -rf /deps/x/a',
      'chmod 000 /deps/x/a',
      'mount --bind /work /deps/x',
    ];
    const { stdout } = await run(ways.map((way) => `( ${way} ) 2>/dev/null`).join('; '), {
      folder,
      readable: [{ host: lent, inside: '/deps/x' }],
    });
    expect(stdout).toBe('');
    expect([readFileSync(secret, 'utf8'), readFileSync(join(lent, 'a'), 'utf8'), readdirSync(lent)]).toEqual([
      'secret',
      'lent',
      ['a'],
    ]);
  });

  it('leaves nothing of a fork bomb, and goes on', async () => {
    const before = new Set(processesBelow(process.pid));
    await run(':(){ :|:& };:; sleep 1', { timeoutMs: 3000, memoryMb: 4096 });
    await vi.waitFor(() => expect(processesBelow(process.pid).filter((pid) => !before.has(pid))).toEqual([]), 20_000);
    expect(await run('echo still here')).toMatchObject({ exitCode: 0, stdout: 'still here\n' });
  });

  // A jail made by unshare has no filter of system calls.
  if (kind !== 'unshare')
    it('is refused system calls that no tests need, while those of node and of servers work', async ({ skip }) => {
      skip(!seccompProgram(process.arch), 'there is no filter of system calls for this processor');
      const asks = [
        'grep ^Seccomp: /proc/self/status',
        'unshare --user true',
        `node -e "const server = require('http').createServer((q, r) => r.end('served')).listen(0, '127.0.0.1', () => fetch('http://127.0.0.1:' + server.address().port).then((r) => r.text()).then((t) => { console.log(t); server.close(); }, (e) => { console.log(e.cause); server.close(); }))"`,
        `node -e "console.log(typeof require('os').networkInterfaces())"`,
        `node -e "require('fs/promises').readFile('/proc/self/comm', 'utf8').then(console.log)"`,
      ];
      const { stdout, stderr } = await run(asks.join('; '));
      expect(stdout).toBe('Seccomp:\t2\nserved\nobject\nnode\n\n');
      expect(stderr).toContain('Operation not permitted');
    });

  it('ends when it is called off', async () => {
    const off = new AbortController();
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    const running = run('touch begun; sleep 1000', { folder }, off.signal);
    running.catch(() => undefined);
    await vi.waitFor(() => expect(existsSync(join(folder, 'begun'))).toBe(true), 20_000);
    off.abort(new Error('called off'));
    await expect(running).rejects.toThrow('called off');
  });

  it.each([0, 1, 2, 5, 10, 20, 50])('ends when it is called off after %i ms, and leaves nothing behind', async (ms) => {
    const off = new AbortController();
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    setTimeout(() => off.abort(new Error('called off')), ms);
    await expect(run('sleep 1000', { folder }, off.signal)).rejects.toThrow('called off');
    await vi.waitFor(() => expect(processesNaming(folder)).toEqual([]), 20_000);
  });
});

it('passes nothing on that whoever started the harness has left open, by any jail or interpreter', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'left-')), 'secret');
  writeFileSync(file, 'left open');
  const descriptor = openSync(file, 'r');
  const script = resolve(import.meta.dirname, '../support/with-descriptors.ts');
  const left = Array.from({ length: 78 }, (_, at) => ([20, 50, 77].includes(at) ? descriptor : ('ignore' as const)));
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    stdio: ['ignore', 'pipe', 'inherit', ...left.slice(3)],
  });
  closeSync(descriptor);
  const { stdout, probes } = JSON.parse(await text(child.stdout!)) as { stdout: string; probes: unknown[] };
  expect(stdout).not.toContain('left open');
  expect(stdout.split('\n').filter((target) => target.includes('secret'))).toEqual([]);
  expect(probes).toEqual([]);
});
