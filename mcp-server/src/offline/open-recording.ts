import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { atExit } from '../at-exit.ts';
import type { Config, Origin } from '../config.ts';
import { redact } from '../redact/redact.ts';
import { systemClock } from './clock.ts';
import { exposureLog, type Expose, type ExposureStatus } from './exposures.ts';
import { deliverInBackground } from './outbox/delivery.ts';
import { noFailures } from './outbox/drain-segment.ts';
import { drain } from './outbox/drain.ts';
import { noteProblem } from './outbox/health.ts';
import { inspectOutbox, type OutboxReport } from './outbox/inspect.ts';
import { openOutbox, type Acceptance, type Recording as Told } from './outbox/outbox.ts';
import { hasSegments, laneName } from './outbox/segment-name.ts';
import { segmentWriter } from './outbox/segment-writer.ts';
import { sendRecord } from './outbox/send-record.ts';
import { takeSenderLock } from './outbox/sender-lock.ts';
import { usageCounter } from './outbox/usage.ts';
import { partitionOf } from './ruleset-store.ts';
import type { Transport } from './transport/transport.ts';

/** Everything that this process tells the cloud. */
export interface Recording {
  expose: Expose;
  /** Tells one thing that somebody asked to be told. Never throws, never waits for the network. */
  record(told: Told): Promise<Acceptance>;
  status(): Promise<RecordingStatus>;
  /** Begins to send what earlier processes left. */
  begin(): void;
  /** Resolves when all that was accepted is at rest on disk; sends a last time if that is quick. */
  close(): Promise<void>;
}

export interface RecordingStatus {
  outbox: OutboxReport | undefined;
  exposures: ExposureStatus | { off: string };
}

/** A server lives long and is told when to end; a program that uses the library just ends. */
export type Host = 'server' | 'library';

const firstDelayMs: Record<Host, number> = { server: 50, library: 1_000 };
/** Of the 200 ms in which a server must be gone after its client is. */
const lastSendingMs = 60;

export const outboxDirectory = ({ stateDir, origin }: Pick<Config, 'stateDir' | 'origin'>) =>
  origin && join(stateDir, outboxOf(origin));

const outboxOf = (origin: Origin) => join(partitionOf(origin), 'outbox');

interface Surroundings {
  host: Host;
  transport: Transport;
}

export function openRecording(config: Config, surroundings: Surroundings): Recording {
  const { origin } = config;
  if (!origin) return nothingToTell(config);
  let opened: Recording | undefined;
  // The names of folder and files are made by node:crypto, which takes 2 ms to load: not before the client has its tools.
  const open = () => (opened ??= openNow({ ...config, origin }, surroundings));
  return {
    expose: (...served) => open().expose(...served),
    record: (told) => open().record(told),
    status: () => open().status(),
    begin: () => open().begin(),
    close: async () => opened?.close(),
  };
}

function openNow(config: Config & { origin: Origin }, { host, transport }: Surroundings): Recording {
  const { origin } = config;
  const directory = join(config.stateDir, outboxOf(origin));
  const clock = systemClock;
  const failures = noFailures();
  // A program that has ended is not held up by what can be sent by the next one.
  const inBackground: Transport = (url, sending) => transport(url, { ...sending, background: true });
  const delivery = deliverInBackground({
    hasWork: () => hasSegments(directory),
    takeLock: () => takeSenderLock(directory),
    drain: (signal) =>
      drain({
        outbox: directory,
        send: (record) => sendRecord(record, { origin, transport: inBackground, nowMs: clock.wallMs, signal }),
        nowMs: clock.wallMs,
        signal,
        failures,
      }),
    onOutcome: (block) => noteProblem(directory, block && { reason: block.reason, atMs: clock.wallMs() }),
    firstDelayMs: firstDelayMs[host],
    clock,
    random: Math.random,
  });
  const wake = () => {
    if (!config.obstacle) delivery.wake();
  };
  const lane = laneName(clock.wallMs(), process.pid, randomBytes(4).toString('hex'));
  const outbox = openOutbox({
    directory,
    writer: segmentWriter(directory, lane),
    usage: usageCounter(directory),
    redact,
    newId: () => uuidv7(),
    clock,
    onAppended: wake,
  });
  const exposures = exposureLog({ outbox, clock, atExit });

  let underWay = 0;
  let forget: (() => void) | undefined;

  /** A program that ends without awaiting this has told it all the same. */
  async function record(told: Told) {
    underWay += 1;
    forget ??= atExit(() => outbox.appendNow([]));
    try {
      return await outbox.append(told);
    } finally {
      underWay -= 1;
      if (underWay === 0) {
        forget?.();
        forget = undefined;
      }
    }
  }

  return {
    expose: config.tracksExposures ? exposures.expose : () => undefined,
    record,
    begin: wake,
    async status() {
      return {
        outbox: await inspectOutbox(directory),
        exposures: config.tracksExposures ? exposures.status() : { off: 'DO_NOT_TRACK is set' },
      };
    },
    async close() {
      await exposures.flush();
      await outbox.close();
      await delivery.close(lastSendingMs);
    },
  };
}

function nothingToTell(config: Config): Recording {
  const off = config.tracksExposures ? (config.obstacle ?? 'there is no cloud to tell') : 'DO_NOT_TRACK is set';
  return {
    expose: () => undefined,
    record: async () => ({ accepted: false, reason: config.obstacle ?? 'There is no cloud to tell.' }),
    begin: () => undefined,
    status: async () => ({ outbox: undefined, exposures: { off } }),
    close: async () => undefined,
  };
}
