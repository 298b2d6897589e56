import type { WebSocket } from '@fastify/websocket';
import { keyGuard } from './key-guard.ts';

/** Where events go: one text, one message. */
export interface SocketSink {
  send(text: string): void;
  /** Whether what was sent is still waiting to leave. */
  isFull(): boolean;
  /** Closes when everything that was sent has left; with a reason when that is not how it should end. */
  end(trouble?: string): void;
}

export interface SocketSource {
  /** What was sent has left. */
  resume(): void;
  close(): void;
}

interface Options {
  /** Throws, or rejects, when the key that opened the connection would not open it any more. */
  isStillAllowed: () => void | Promise<void>;
  start: (sink: SocketSink) => SocketSource;
  onSlow: () => void;
  /** Bytes that have ever been handed to the system for this connection. */
  bytesTaken: () => number;
  heartbeatEveryMs?: number;
  /** For who was dropped to read what is left, the reason last. */
  farewellMs?: number;
}

/** Codes of RFC 6455, section 7.4.1, and of the IANA registry. */
const closeCodes = { normal: 1000, goingAway: 1001, policy: 1008, internal: 1011, tryAgainLater: 1013 } as const;

/** From here on what sends is asked to wait until it has left. */
const fullBytes = 65_536;
/** Beside the largest message; who lets more wait is dropped. */
const maxWaitingBytes = 1_048_576;
/** What a caller says is not listened to; so much of it between two heartbeats is no accident. `ws` itself counts pings. */
const maxMessagesPerBeat = 100;
/** Pings in a row; one may be late because either side was busy. */
const mostUnanswered = 2;
/** For the other side to say goodbye, when the server stops. */
const stoppingMs = 500;

/** Sends messages until one side ends it; gives what ends it when the server stops. */
export function webSocketConnection(socket: WebSocket, options: Options): () => void {
  const { isStillAllowed, start, onSlow, bytesTaken, heartbeatEveryMs = 10_000, farewellMs = 5_000 } = options;
  let source: SocketSource | undefined;
  let largestBytes = 0;
  let isWaiting = false;
  let isOver = false;
  /** How it ends once the key was looked at and what was held has left. */
  let ending: (() => void) | undefined;

  function stop() {
    if (isOver) return;
    isOver = true;
    guard.stop();
    clearInterval(beating);
    source?.close();
  }

  function close(code: number, reason: string) {
    stop();
    socket.close(code, reason);
  }

  function cutAfter(delayMs: number) {
    const cutting = setTimeout(() => socket.terminate(), delayMs);
    socket.once('close', () => clearTimeout(cutting));
  }

  /** For what they did, or left undone: the reason stands behind all that waits, and nothing is added to that. */
  function drop(code: number, reason: string) {
    if (isOver) return;
    close(code, reason);
    cutAfter(farewellMs);
  }

  function onTaken() {
    if (!isWaiting || socket.bufferedAmount > fullBytes) return;
    isWaiting = false;
    if (!isOver) source?.resume();
  }

  function write(text: string) {
    if (isOver || socket.readyState !== socket.OPEN) return;
    largestBytes = Math.max(largestBytes, Buffer.byteLength(text));
    socket.send(text, onTaken);
    isWaiting ||= socket.bufferedAmount > fullBytes;
    if (socket.bufferedAmount <= maxWaitingBytes + largestBytes) return;
    onSlow();
    drop(closeCodes.tryAgainLater, 'not read as fast as it is told; connect again behind the last event that came');
  }

  const guard = keyGuard<string>({
    isStillAllowed,
    pass: write,
    onClear: () => {
      if (ending) ending();
      else if (!isWaiting) source?.resume();
    },
    onRefused: () => drop(closeCodes.policy, 'the key of this connection may not follow any more'),
  });

  let unanswered = 0;
  let takenAtBeat = 0;
  let heard = 0;
  const beating = setInterval(() => {
    const taken = bytesTaken();
    // A ping waits behind what is slow to leave: as long as that goes on leaving somebody is there.
    const isAlive = unanswered < mostUnanswered || (socket.bufferedAmount > 0 && taken > takenAtBeat);
    takenAtBeat = taken;
    heard = 0;
    if (!isAlive) {
      stop();
      return socket.terminate();
    }
    unanswered += 1;
    socket.ping();
  }, heartbeatEveryMs).unref();

  socket.on('pong', () => (unanswered = 0));
  socket.on('message', () => {
    heard += 1;
    if (heard > maxMessagesPerBeat) drop(closeCodes.policy, 'this connection only tells; it is not to be written to');
  });
  socket.on('close', stop);
  source = start({
    send: guard.send,
    isFull: () => isWaiting || guard.isHolding(),
    end(trouble) {
      ending = () => (trouble === undefined ? close(closeCodes.normal, '') : close(closeCodes.internal, trouble));
      if (!guard.isHolding()) ending();
    },
  });
  // Ended by the very first that it sent.
  if (isOver) source.close();

  return () => {
    close(closeCodes.goingAway, 'the server is stopping');
    cutAfter(stoppingMs);
  };
}
