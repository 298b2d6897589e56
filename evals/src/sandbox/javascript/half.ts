import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { spawnSealed } from '../spawn-sealed.ts';

/** What starts a half. */
export interface Program {
  argv: readonly [string, ...string[]];
  /** What it reads on descriptor 5, to the end: a filter of system calls, for whatever makes its jail. */
  fifth?: Buffer;
}

/** A process that holds one half of a grading, the trusted or the other one. */
export interface Half {
  input: Writable;
  output: Readable;
  /** Resolves when it says that it is ready, false when it ends or stays silent instead. */
  ready(withinMs?: number): Promise<boolean>;
  running(): boolean;
  /** What it complained of, for people. */
  complaint(): string;
  /** With all that it has started; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starting Node on a machine that is busy with the same may take this long. */
const START_MS = 30_000;
/** A frame without content. */
const READY_BYTES = 4;

export function startHalf({ argv: [file, ...args], fifth }: Program): Half {
  const child = spawnSealed(file, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], fed: fifth, env: {} });
  const [, , errors, input, output] = child.stdio as unknown as [null, null, Readable, Writable, Readable];
  const state = { running: true, complaint: '' };
  const gone = Promise.race([once(child, 'exit'), once(child, 'error')]).then(
    () => void (state.running = false),
    (error: unknown) => {
      state.running = false;
      state.complaint += String(error);
    },
  );
  errors.setEncoding('utf8').on('data', (text: string) => {
    if (state.complaint.length < 2000) state.complaint += text;
  });
  // Its end shows elsewhere; a write that came too late is no news.
  for (const stream of [errors, input, output]) stream.on('error', () => undefined);
  return {
    input,
    output,
    running: () => state.running,
    complaint: () => state.complaint.trim().slice(0, 2000),
    ready: (withinMs = START_MS) => saysReady(output, withinMs),
    async kill() {
      if (state.running) child.kill('SIGKILL');
      await gone;
      for (const stream of [errors, input, output]) stream.destroy();
    },
  };
}

function saysReady(output: Readable, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isReady: boolean) => {
      clearTimeout(timer);
      output.off('readable', look).off('end', over).off('close', over);
      resolve(isReady);
    };
    const look = () => {
      const bytes: unknown = output.read(READY_BYTES);
      if (Buffer.isBuffer(bytes)) settle(bytes.length === READY_BYTES && bytes.readUInt32BE() === 0);
      else if (output.readableEnded || output.destroyed) over();
    };
    const over = () => settle(false);
    const timer = setTimeout(over, withinMs);
    output.on('readable', look).once('end', over).once('close', over);
    look();
  });
}
