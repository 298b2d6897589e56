import { setImmediate as turn } from 'node:timers/promises';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../db/database.ts';
import type { Together } from '../together.ts';
import { hashOf, replayOf, type OnceAnswer, type OnceRequest } from './apply-once.ts';
import { receiptRepository } from './repository.ts';

interface Waiting {
  ctx: Ctx;
  request: OnceRequest;
  requestHash: string;
  characters: number;
  json: string;
  row: unknown;
  handler: Pick<Together<unknown, unknown, unknown>, 'write'>;
  resolve: (answer: OnceAnswer) => void;
  reject: (error: unknown) => void;
}

const mostAtOnce = 50;
const mostCharactersAtOnce = 8 * 2 ** 20;

/**
 * As `applyOnce`, for handlers whose requests can be written together: those of a project and operation that come while others are
 * being written share the next transaction. Where that fails each is tried alone, so that none fails for another.
 */
export function togetherOnce({ clock }: { clock: () => number }) {
  const queues = new Map<string, Waiting[]>();

  async function drain(name: string, queue: Waiting[]) {
    // Those whose requests were read at the same time are written together, the first among them.
    await turn();
    while (queue.length > 0) {
      const batch = nextOf(queue);
      try {
        await writeBatch(batch);
      } catch (error) {
        if (batch.length === 1) batch[0]!.reject(error);
        else for (const one of batch) await writeBatch([one]).catch(one.reject);
      }
    }
    queues.delete(name);
  }

  return (
    ctx: Ctx,
    request: OnceRequest,
    handler: Pick<Together<unknown, unknown, unknown>, 'prepare' | 'write'>,
    jsonOf: (output: unknown) => string,
  ): Promise<OnceAnswer> =>
    new Promise((resolve, reject) => {
      const { text, requestHash } = hashOf(request);
      const { output, row } = handler.prepare(request.input, new Date(clock()));
      const one = {
        ctx,
        request,
        requestHash,
        characters: text.length,
        json: jsonOf(output),
        row,
        handler,
        resolve,
        reject,
      };
      const name = `${ctx.projectId} ${request.operation}`;
      const queue = queues.get(name);
      if (queue) return void queue.push(one);
      const fresh = [one];
      queues.set(name, fresh);
      void drain(name, fresh);
    });
}

/** The first of a queue that fit together; a key that comes twice waits for what becomes of the first. */
function nextOf(queue: Waiting[]): Waiting[] {
  const keys = new Set<string>();
  let characters = 0;
  let count = 0;
  for (const { request, characters: own } of queue) {
    characters += own;
    if (count === mostAtOnce || keys.has(request.key) || (count > 0 && characters > mostCharactersAtOnce)) break;
    keys.add(request.key);
    count++;
  }
  return queue.splice(0, count);
}

async function writeBatch(batch: readonly Waiting[]): Promise<void> {
  const [{ ctx, handler }] = batch as [Waiting];
  const known = await ctx.transaction(async (tx) => {
    const claimed = await receiptRepository.claimAll(
      tx,
      batch.map(({ request: { key, operation }, requestHash, json }) => ({
        key,
        operation,
        requestHash,
        response: json,
      })),
    );
    const mine = batch.filter(({ request }) => claimed.has(request.key));
    if (mine.length > 0)
      await handler.write(
        tx,
        mine.map(({ row }) => row),
      );
    return receiptsOf(
      tx,
      batch.filter((one) => !mine.includes(one)),
    );
  });
  for (const one of batch) {
    const receipt = known.get(one);
    try {
      if (receipt === undefined) one.resolve({ json: one.json, replayed: false });
      else if (receipt === null)
        throw new WhetstoneError('unavailable', 'its receipt is just being deleted; send it again');
      else one.resolve(replayOf(receipt, one.request));
    } catch (error) {
      one.reject(error);
    }
  }
}

async function receiptsOf(tx: ProjectTx, others: readonly Waiting[]) {
  const known = new Map<Waiting, Awaited<ReturnType<typeof receiptRepository.find>> | null>();
  for (const one of others) known.set(one, (await receiptRepository.find(tx, one.request.key)) ?? null);
  return known;
}
