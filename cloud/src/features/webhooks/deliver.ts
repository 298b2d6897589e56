import { WhetstoneError } from '@whetstone/shared/errors';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import type { Outbound } from '../../platform/outbound/outbound.ts';
import type { JobRun } from '../../platform/queue/job.ts';
import { afterAttempt, type Attempt } from './after-attempt.ts';
import { webhookRepository, type DueDelivery } from './repository.ts';
import { silenceAfter } from './rest.ts';
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
/** For the one call that tries whether a receiver answers again; then another may, should this server be gone. */
const tryingMs = 2 * callTimeoutMs;

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
  const attempted = due.isHeldBack ? heldBack : await post(outbound, { ...due, id: message.deliveryId }, signal);
  const turnedOff = await database.asProject(projectId, (tx) =>
    writeDown(tx, message, { due, attempted, send, chance: random() }),
  );
  if (turnedOff) log.warn({ webhook: due.webhookId, reason: turnedOff }, 'a webhook was turned off');
}

interface TakenUp extends DueDelivery {
  at: Date;
  isHeldBack: boolean;
}

/** What an attempt comes to that falls into the rest of its receiver. */
const heldBack: Attempt = { status: undefined, problem: 'not called, since the receiver did not answer just before' };

async function takeUp(tx: ProjectTx, { deliveryId, attempt }: DeliveryMessage): Promise<TakenUp | undefined> {
  const due = await webhookRepository.due(tx, deliveryId, attempt);
  if (!due) return undefined;
  // Somebody watches a ping, and wants to know how it is now.
  if (due.event === 'ping') return { ...due, at: tx.now, isHeldBack: false };
  if (due.enabled) {
    const until = new Date(tx.now.getTime() + tryingMs);
    const isHeldBack = due.silentInRow > 0 && !(await webhookRepository.tryAgain(tx, due.webhookId, until));
    return { ...due, at: tx.now, isHeldBack };
  }
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
  due: TakenUp;
  attempted: Attempt;
  send: SendDelivery;
  chance: number;
}

/** Resolves with the reason when the webhook was turned off. */
async function writeDown(
  tx: ProjectTx,
  { deliveryId: id, attempt }: DeliveryMessage,
  { due, attempted, send, chance }: Made,
): Promise<string | undefined> {
  const { webhookId, event, isHeldBack, silentInRow: silentBefore } = due;
  const before = await webhookRepository.lock(tx, webhookId);
  if (!before) return undefined;
  const { failuresInRow } = before;
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
  const hasAnswered = status !== undefined;
  await webhookRepository.noteAttempt(tx, webhookId, {
    failuresInRow: standing,
    turnOff,
    ...(!isHeldBack && {
      seen: { status, problem, ...silenceAfter(before, { hasAnswered, silentBefore, endedAt: tx.now }) },
    }),
  });
  if (nextAt) await send(tx, { deliveryId: id, attempt: attempt + 1 }, nextAt);
  return turnOff;
}
