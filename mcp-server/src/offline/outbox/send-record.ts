import type { Origin } from '../../config.ts';
import { failureText } from '../transport/failure-text.ts';
import type { Transport } from '../transport/transport.ts';
import { operationCalled } from './operations.ts';
import type { OutboxRecord } from './record.ts';
import { verdictOf, type Verdict } from './verdict.ts';

const deadlineMs = 10_000;
/** The cloud keeps receipts for 90 days; only while one surely lies there can a repetition not be applied twice. */
const oldestMs = 60 * 86_400_000;

export interface Sender {
  origin: Origin;
  transport: Transport;
  nowMs: () => number;
  /** Aborted when the process has to end. */
  signal: AbortSignal;
}

/** Attempts one delivery. Whatever goes wrong is an answer, never an exception. */
export async function sendRecord(record: OutboxRecord, { origin, transport, nowMs, signal }: Sender): Promise<Verdict> {
  const operation = operationCalled(record.operation);
  if (!operation) {
    const reason = `"${record.operation}" was recorded by a newer whetstone-mcp; update, then retry it`;
    return { kind: 'refused', reason };
  }
  if (!record.again && nowMs() - Date.parse(record.at) > oldestMs) {
    return { kind: 'refused', reason: 'older than 60 days; retry it if it surely was never sent' };
  }
  try {
    const response = await transport(origin.url + operation.path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${origin.apiKey}`,
        accept: 'application/json',
        'content-type': 'application/json',
        'idempotency-key': record.id,
      },
      body: JSON.stringify(record.body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
    });
    const { status, headers } = response;
    return verdictOf({ status, headers, body: await response.text() }, origin, operation.isAnswer);
  } catch (error) {
    return { kind: 'later', reason: failureText(error, origin.url), onlyThis: isBrokenOff(error) };
  }
}

/** The connection was there and was cut: by a server that fell over this record, or a guard on the way that dislikes it. */
const isBrokenOff = (error: unknown) =>
  ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes((error as NodeJS.ErrnoException).code ?? '') ||
  String((error as NodeJS.ErrnoException).code).startsWith('HPE_');
