import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { assetPath } from '../../assets.ts';
import { spawnSealed } from '../spawn-sealed.ts';
import { nodeFlags } from './node-flags.ts';
import { createPacketReader, packet, type Packet } from './packets.ts';

export type Role = 'driver' | 'candidate';

/** How a run ended. `spoilt`: why this interpreter must not run anything else. */
export interface RunEnd {
  outcome: 'returned' | 'exited' | 'timeout' | 'cancelled' | 'forbidden' | 'crashed' | 'died';
  why?: string;
  spoilt?: string;
}

export interface RunListener {
  onData(bytes: Buffer): void;
  onVerdict?(bytes: Buffer): void;
}

export interface BootOptions {
  role: Role;
  hashSeed: number;
  /** Image of the memory after booting; without it the standard library is loaded anew, which takes seconds. */
  snapshotFile?: string | undefined;
  /** Called with such an image, which can then be had for the next. */
  onSnapshot?: (image: Buffer) => void;
}

export const memoryLimitBytes = 512 * 2 ** 20;
export const writtenLimitBytes = 64 * 2 ** 20;
/** A run that does not look at the clock is killed so much after its time. */
const graceMs = 500;
const bootLimitMs = 120_000;

/** Of the pinned Pyodide. */
export const pythonVersion = '3.14.2';

const pyodideFolder = (): string =>
  realpathSync(dirname(createRequire(import.meta.url).resolve('pyodide/package.json')));

const childFile = (name: string) => assetPath(`sandbox/pyodide/child/${name}`);
const text = (path: string) => readFileSync(path, 'utf8');

/** What is loaded into every interpreter; a snapshot of one is good for the same text alone. */
export const loadedText = () => ({
  files: {
    ...Object.fromEntries(
      ['wire', 'driver', 'candidate'].map((name) => [`${name}.py`, text(assetPath(`sandbox/python/${name}.py`))]),
    ),
    ...Object.fromEntries(['roles', 'event_loop'].map((name) => [`${name}.py`, text(childFile(`${name}.py`))])),
  },
  prepare: text(childFile('prepare.py')),
  hide: text(childFile('hide.py')),
});

/** A child process with one Python in it, which every run finds as it was when it was booted. */
export class Interpreter {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<void>;
  #listener: RunListener | undefined;
  #onEnd: ((end: RunEnd) => void) | undefined;
  #dead: string | undefined;
  #said = '';
  /** Resident memory when it was ready. */
  rssBytes = 0;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      const gone = (how: string) => {
        this.#dead ??= how;
        this.#onEnd?.({ outcome: 'died', why: how, spoilt: 'died' });
        resolve();
      };
      child.once('exit', (code, signal) => gone(signal ?? `exit ${code}`));
      child.once('error', (error) => gone(error.message));
    });
    // Writing to one that has just died is no error: its end is told by `exit`.
    child.stdin.on('error', () => {});
    child.stderr.on('data', (chunk: Buffer) => this.#hear(chunk));
  }

  static async boot({ role, hashSeed, snapshotFile, onSnapshot }: BootOptions): Promise<Interpreter> {
    const folder = pyodideFolder();
    const readable = [`${folder}/*`, `${dirname(childFile('main.mjs'))}/*`, ...(snapshotFile ? [snapshotFile] : [])];
    const child = spawnSealed(process.execPath, [...nodeFlags(process.version, readable), childFile('main.mjs')], {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe'],
    }) as ChildProcessWithoutNullStreams;
    const interpreter = new Interpreter(child);
    const ready = new Promise<Packet>((resolve, reject) => {
      const read = createPacketReader((arrived) => {
        if (arrived.kind === 'ready') resolve(arrived);
        else if (arrived.kind === 'snapshot') onSnapshot?.(arrived.payload);
        else interpreter.#take(arrived);
      });
      child.stdout.on('data', (chunk: Buffer) => {
        try {
          read(chunk);
        } catch {
          // Only a child that is not ours any more writes what is no packet.
          child.kill('SIGKILL');
        }
      });
      setTimeout(() => reject(new Error(`not ready after ${bootLimitMs} ms`)), bootLimitMs).unref();
      void interpreter.#exited.then(() =>
        reject(new Error(`ended while booting: ${interpreter.#dead} ${interpreter.#said}`.trim())),
      );
    });
    child.stdin.write(
      packet(
        'boot',
        JSON.stringify({
          ...loadedText(),
          pyodideFolder: folder,
          snapshotFile,
          makeSnapshot: onSnapshot !== undefined,
          hashSeed,
          limits: { maxMemoryBytes: memoryLimitBytes, maxWrittenBytes: writtenLimitBytes },
          code: role === 'driver' ? 'drive()' : 'serve_candidate()',
        }),
      ),
    );
    try {
      const { payload } = await ready;
      interpreter.rssBytes = (JSON.parse(payload.toString()) as { rssBytes: number }).rssBytes;
      return interpreter;
    } catch (error) {
      await interpreter.close();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Bytes that wait to be taken by it. */
  get backlogBytes(): number {
    return this.#child.stdin.writableLength;
  }

  /** One at a time. */
  async run(timeoutMs: number, listener: RunListener): Promise<RunEnd> {
    if (this.#dead !== undefined) return { outcome: 'died', why: this.#dead, spoilt: 'died' };
    this.#listener = listener;
    let overdue = false;
    // The child's own watchdog comes first; this one is for a child that cannot even do that.
    const timer = setTimeout(
      () => {
        overdue = true;
        this.#child.kill('SIGKILL');
      },
      timeoutMs + 2 * graceMs,
    );
    const startedAt = performance.now();
    const end = await new Promise<RunEnd>((resolve) => {
      this.#onEnd = resolve;
      this.#child.stdin.write(packet('run', JSON.stringify({ timeoutMs, graceMs })));
    });
    clearTimeout(timer);
    this.#listener = this.#onEnd = undefined;
    const killedInTime = end.outcome === 'died' && end.why === 'SIGKILL' && performance.now() - startedAt >= timeoutMs;
    return overdue || killedInTime ? { ...end, outcome: 'timeout' } : end;
  }

  send(bytes: Uint8Array): void {
    this.#child.stdin.write(packet('data', bytes));
  }

  /** Whoever reads on the wire finds its end. */
  endData(): void {
    this.#child.stdin.write(packet('endOfData'));
  }

  /** Ends a run that waits on the wire. */
  cancel(): void {
    this.#child.stdin.write(packet('cancel'));
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #take({ kind, payload }: Packet): void {
    if (kind === 'data') this.#listener?.onData(payload);
    else if (kind === 'verdict') this.#listener?.onVerdict?.(payload);
    else if (kind === 'end') this.#onEnd?.(JSON.parse(payload.toString()) as RunEnd);
    else if (kind === 'said') this.#hear(payload);
  }

  #hear(chunk: Buffer): void {
    this.#said = `${this.#said}${chunk.toString()}`.slice(-2000);
  }
}
