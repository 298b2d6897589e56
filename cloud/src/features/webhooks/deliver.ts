import { WhetstoneError } from '@whetstone/shared/errors';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import type { Outbound } from '../../platform/outbound/outbound.ts';
import type { JobRun } from '../../platform/queue/job.ts';
import { afterAttempt, type Attempt } from './after-attempt.ts';
import { webhookRepository, type DueDelivery } from './repository.ts';
import { signatureHeaders } from './signature.ts';
import type { DeliveryMessage, SendDelivery } from './tell-webhooks.ts';

export interface DeliverDependencies {
  database: Pick<Database, 'asProject'>;
  outbound: Pick<Outbound, 'fetch'>;
  send: SendDelivery;
  /** From 0 to 1. */
  random: () => number;
}

const callTimeoutMs = 10_000;

/**
 * One attempt: read, post outside any transaction, write down what came of it. A process that dies in between leaves the
 * delivery waiting, and its message comes again: receivers may see a delivery twice, under the same id.
 */
export async function deliver(
  { database, outbound, send, random }: DeliverDependencies,
  projectId: string,
  message: DeliveryMessage,
  { signal, log }: Pick<JobRun, 'signal' | 'log'>,
) {
  const due = await database.asProject(projectId, (tx) => takeUp(tx, message));
  if (!due) return;
  const attempted = await post(outbound, { ...due, id: message.deliveryId }, signal);
  const turnedOff = await database.asProject(projectId, (tx) =>
    writeDown(tx, message, { due, attempted, send, chance: random() }),
  );
  if (turnedOff) log.warn({ webhook: due.webhookId, reason: turnedOff }, 'a webhook was turned off');
}

async function takeUp(tx: ProjectTx, { deliveryId, attempt }: DeliveryMessage) {
  const due = await webhookRepository.due(tx, deliveryId, attempt);
  if (!due) return undefined;
  if (due.enabled || due.event === 'ping') return { ...due, at: tx.now };
  const problem = 'the webhook was turned off before it was delivered';
  const settled = { state: 'failed' as const, attempts: attempt - 1, status: undefined, problem };
  await webhookRepository.settle(tx, { id: deliveryId, attempt, ...settled });
  return undefined;
}

async function post(
  outbound: DeliverDependencies['outbound'],
  { id, url, body, secret, at }: DueDelivery & { id: string; at: Date },
  signal: AbortSignal,
): Promise<Attempt> {
  const text = body ?? '';
  try {
    const { status } = await outbound.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signatureHeaders({ id, body: text, secret, at }) },
      body: text,
      timeoutMs: callTimeoutMs,
      // What receivers answer says nothing that we act upon.
      maxBytes: 0,
      signal,
    });
    return { status };
  } catch (error) {
    // The server stops: somebody else makes this attempt.
    if (signal.aborted || !(error instanceof WhetstoneError)) throw error;
    return { status: undefined, problem: error.message, isRefused: error.code === 'forbidden' };
  }
}

interface Made {
  due: DueDelivery;
  attempted: Attempt;
  send: SendDelivery;
  chance: number;
}

/** Resolves with the reason when the webhook was turned off. */
async function writeDown(
  tx: ProjectTx,
  { deliveryId: id, attempt }: DeliveryMessage,
  { due: { webhookId, event }, attempted, send, chance }: Made,
): Promise<string | undefined> {
  const failuresInRow = await webhookRepository.lockFailures(tx, webhookId);
  if (failuresInRow === undefined) return undefined;
  const next = afterAttempt({ event, attempt, failuresInRow }, attempted, chance);
  const { status } = attempted;
  const problem = next.kind === 'delivered' ? undefined : next.problem;
  const nextAt = next.kind === 'again' ? new Date(tx.now.getTime() + next.delayMs) : undefined;
  const state = next.kind === 'again' ? ('waiting' as const) : next.kind;
  const settled = { state, attempts: attempt, status, problem, nextAt };
  if (!(await webhookRepository.settle(tx, { id, attempt, ...settled }))) return undefined;

  const counts = next.kind === 'failed' && event !== 'ping';
  const turnOff = next.kind === 'failed' ? next.turnOff : undefined;
  const standing = next.kind === 'delivered' ? 0 : failuresInRow + (counts ? 1 : 0);
  await webhookRepository.noteAttempt(tx, webhookId, { status, problem, failuresInRow: standing, turnOff });
  if (nextAt) await send(tx, { deliveryId: id, attempt: attempt + 1 }, nextAt);
  return turnOff;
}
