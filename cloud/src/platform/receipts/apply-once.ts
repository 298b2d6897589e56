import { WhetstoneError } from '@whetstone/shared/errors';
import { createHash } from 'node:crypto';
import type { Ctx } from '../../context.ts';
import { receiptRepository, type Receipt } from './repository.ts';

export interface OnceRequest {
  /** What the caller sent as `Idempotency-Key`. */
  key: string;
  operation: string;
  /** The parsed input: the same meaning is the same request, whatever its white space. */
  input: unknown;
}

export interface OnceAnswer {
  json: string;
  replayed: boolean;
}

/**
 * Applies a request once: its effects and the receipt with the answer are one transaction, so that a crash leaves both or
 * neither. The same key and input are answered from the receipt; another input under the key is a conflict.
 */
export function applyOnce(ctx: Ctx, request: OnceRequest, apply: (ctx: Ctx) => Promise<string>): Promise<OnceAnswer> {
  const { key, operation } = request;
  return ctx.transaction(async (tx) => {
    if (await receiptRepository.claim(tx, key, operation, hashOf(request).requestHash)) {
      const json = await apply({ ...ctx, transaction: (work) => work(tx) });
      await receiptRepository.complete(tx, key, json);
      return { json, replayed: false };
    }
    return replayOf((await receiptRepository.find(tx, key))!, request);
  });
}

/**
 * The answer to a request that was applied before; undefined when it was not, or not yet. For handlers that look at a request
 * before they write: what was accepted once is not to be refused when it comes again.
 */
export const appliedBefore = (ctx: Ctx, request: OnceRequest): Promise<OnceAnswer | undefined> =>
  ctx.transaction(async (tx) => {
    const receipt = await receiptRepository.find(tx, request.key);
    return receipt && replayOf(receipt, request);
  });

export function replayOf({ operation, requestHash, response }: Receipt, request: OnceRequest): OnceAnswer {
  if (operation !== request.operation || requestHash !== hashOf(request).requestHash)
    throw new WhetstoneError('conflict', `the Idempotency-Key "${request.key}" was used for another request`);
  return { json: response!, replayed: true };
}

export function hashOf({ input }: OnceRequest): { text: string; requestHash: string } {
  const text = JSON.stringify(input);
  return { text, requestHash: createHash('sha256').update(text).digest('base64url') };
}
