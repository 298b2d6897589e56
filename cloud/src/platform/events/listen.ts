import { setTimeout as sleep } from 'node:timers/promises';
import { Socket } from 'node:net';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { withinTime } from '../within-time.ts';
import { channel } from './repository.ts';

interface Options {
  /** Past any transaction pooler: behind one LISTEN is taken and does nothing. */
  url: string;
  /** Sends through another connection. */
  notify: (payload: string) => Promise<unknown>;
  onNotice: (projectId: string, sequence: number) => void;
  /** Told when it begins to work, and with the error when it ceases to. */
  onState: (error: unknown) => void;
  /** Between attempts, growing from the first to the last. */
  backoffMs?: { first: number; last: number };
}

const provenEveryMs = 5_000;
const proofTimeoutMs = 3_000;

/**
 * Keeps a connection that listens. That it is open and takes LISTEN proves nothing (a pooler, a firewall that forgot it):
 * every few seconds a word sent through another connection has to arrive, else it is replaced.
 */
export function listen({ url, notify, onNotice, onState, backoffMs = { first: 250, last: 5_000 } }: Options) {
  const stopping = new AbortController();
  const { signal } = stopping;
  let pauseMs = backoffMs.first;
  let isListening = false;
  let wasSaid = false;

  async function keepListening() {
    while (!signal.aborted) {
      const error = await session().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (signal.aborted) return;
      if (isListening || !wasSaid) onState(error);
      wasSaid = true;
      isListening = false;
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, backoffMs.last);
    }
  }

  /** Ends by throwing what went wrong. */
  async function session() {
    const socket = new Socket();
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
      application_name: 'whetstone-listen',
      stream: () => socket,
    });
    let onStop: () => void = () => undefined;
    const broken = new Promise<never>((_, fail) => {
      client.on('error', fail);
      client.on('end', () => fail(new Error('the connection ended')));
      onStop = () => fail(signal.reason as Error);
      signal.addEventListener('abort', onStop);
    });
    try {
      await Promise.race([listenOn(client, () => socket.destroyed), broken]);
    } finally {
      // Not asked to end: a connection gone silent would never say that it has.
      socket.destroy();
      // Else the signal would hold every session there ever was, where LISTEN never works.
      signal.removeEventListener('abort', onStop);
    }
  }

  async function listenOn(client: pg.Client, isOver: () => boolean) {
    let arrived: (payload: string) => void = () => undefined;
    client.on('notification', ({ payload = '' }) => {
      const [, projectId, sequence] = /^(\S+) (\d+)$/.exec(payload) ?? [];
      if (projectId) onNotice(projectId, Number(sequence));
      else arrived(payload);
    });
    await client.connect();
    await client.query(`listen ${channel}`);
    while (!isOver()) {
      const word = uuidv7();
      const heard = new Promise<void>((resolve) => {
        arrived = (payload) => payload === word && resolve();
      });
      await withinTime(Promise.all([notify(word), heard]), proofTimeoutMs);
      if (isOver()) return;
      if (!isListening) onState(undefined);
      isListening = true;
      pauseMs = backoffMs.first;
      await sleep(provenEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  const done = keepListening();
  return {
    isListening: () => isListening,
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}
