import type { ServerResponse } from 'node:http';
import { keyGuard } from './key-guard.ts';

export interface Sink {
  /** A buffer is sent as it is and waits without a copy: the same one may wait on many connections. */
  send(events: string | Buffer): void;
  /** Whether what was sent is still waiting to leave. */
  isFull(): boolean;
  end(): void;
}

/** What is sent on a connection. */
export interface Source {
  /** What was sent has left. */
  resume(): void;
  /** What to say when nothing else was for a while. */
  heartbeat(): string;
  close(): void;
}

interface Options {
  requestId: string;
  /** Throws, or rejects, when the key that opened the stream would not open it any more. */
  isStillAllowed: () => void | Promise<void>;
  start: (sink: Sink) => Source;
  onEnd: () => void;
  onSlow: () => void;
}

const heartbeatEveryMs = 5_000;
/** Beside the largest piece that was sent at once, so that a large ruleset can be sent at all. */
const maxWaitingBytes = 1_048_576;
/** Without a byte taken by the other side. */
const stalledAfterMs = 30_000;

/** Sends server-sent events until one side ends it; gives what ends it from here. */
export function sseConnection(raw: ServerResponse, options: Options): () => void {
  const { requestId, isStillAllowed, start, onEnd, onSlow } = options;
  let largestBytes = 0;
  let isWaiting = false;
  let isOver = false;
  let source: Source | undefined;

  function close() {
    if (isOver) return;
    isOver = true;
    guard.stop();
    clearInterval(beating);
    source?.close();
    onEnd();
  }

  function end() {
    close();
    raw.end();
    // Whoever does not read would keep the connection from ending.
    setImmediate(() => raw.destroy());
  }

  function write(events: string | Buffer) {
    if (isOver) return;
    largestBytes = Math.max(largestBytes, Buffer.byteLength(events));
    isWaiting = !raw.write(events);
    if (raw.writableLength <= maxWaitingBytes + largestBytes) return;
    onSlow();
    close();
    raw.destroy();
  }

  const guard = keyGuard<string | Buffer>({
    isStillAllowed,
    pass: write,
    onClear: () => {
      if (!isWaiting) source?.resume();
    },
    onRefused: end,
  });
  const beating = setInterval(() => {
    // What still waits is sign of life enough, must not grow, and comes before what is said of it. No look at the key: while the database is away there is
    // no saying anything of it, and the stream is to outlast that.
    if (source && !guard.isHolding() && raw.writableLength === 0) write(source.heartbeat());
  }, heartbeatEveryMs).unref();

  raw.on('error', () => undefined);
  raw.on('close', close);
  raw.on('drain', () => {
    isWaiting = false;
    if (!isOver) source?.resume();
  });
  if (raw.destroyed || raw.socket?.destroyed) close();
  if (isOver) return end;
  raw.socket?.setTimeout(stalledAfterMs, () => raw.destroy());
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    'x-request-id': requestId,
  });
  raw.write('retry: 1000\n\n');
  source = start({ send: guard.send, isFull: () => isWaiting || guard.isHolding(), end });
  // Ended by the very first that it sent.
  if (isOver) source.close();
  return end;
}
