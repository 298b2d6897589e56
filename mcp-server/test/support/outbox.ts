import type { Transport } from '../../src/offline/transport/transport.ts';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { systemClock, type Clock } from '../../src/offline/clock.ts';
import { drain } from '../../src/offline/outbox/drain.ts';
import { noFailures } from '../../src/offline/outbox/drain-segment.ts';
import { openOutbox } from '../../src/offline/outbox/outbox.ts';
import { laneName } from '../../src/offline/outbox/segment-name.ts';
import { segmentWriter } from '../../src/offline/outbox/segment-writer.ts';
import { sendRecord } from '../../src/offline/outbox/send-record.ts';
import { usageCounter } from '../../src/offline/outbox/usage.ts';
import { redact } from '../../src/redact/redact.ts';

export const newDirectory = () => join(mkdtempSync(join(tmpdir(), 'whetstone-test-')), 'outbox');

/** The outbox of one process; two on one directory are two processes, or one restarted. */
export function newOutbox(directory = newDirectory(), { clock = systemClock }: { clock?: Clock } = {}) {
  const outbox = openOutbox({
    directory,
    writer: segmentWriter(directory, laneName(clock.wallMs(), process.pid, randomBytes(4).toString('hex'))),
    usage: usageCounter(directory),
    redact,
    newId: () => uuidv7(),
    clock,
    onAppended: () => undefined,
  });
  return { outbox, directory, record: (body: unknown) => outbox.append({ operation: 'recordExposures', body }) };
}

/** Everything sent once, as the process that holds the lock would. */
export function drainOnce(
  directory: string,
  transport: Transport,
  { nowMs = Date.now, failures = noFailures(), url = 'http://cloud.test' } = {},
) {
  const { signal } = new AbortController();
  const origin = { url, apiKey: 'wsk_selector1234_secret', selector: 'selector1234' };
  const send = (record: Parameters<typeof sendRecord>[0]) => sendRecord(record, { origin, transport, nowMs, signal });
  return drain({ outbox: directory, send, nowMs, signal, failures });
}

/** A cloud that applies each idempotency key once, and answers what the test says. */
export function receivingCloud(answer: (body: unknown, id: string) => Response = () => Response.json({ accepted: 1 })) {
  const applied = new Map<string, unknown>();
  const order: unknown[] = [];
  const transport: Transport = async (_url, init) => {
    const id = new Headers(init?.headers).get('idempotency-key') ?? 'none';
    const body: unknown = JSON.parse(init?.body as string);
    const response = answer(body, id);
    if (response.ok && !applied.has(id)) {
      applied.set(id, body);
      order.push(body);
    }
    return response;
  };
  return { transport, applied, order };
}

export const problem = (status: number, code: string, detail = 'no') =>
  Response.json({ code, detail, status }, { status, headers: { 'content-type': 'application/problem+json' } });
