import { WhetstoneError } from '@whetstone/shared/errors';
import { createHash } from 'node:crypto';
import type { Ctx } from '../../context.ts';
import { receiptRepository } from './repository.ts';

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
  const { key, operation, input } = request;
  const requestHash = createHash('sha256').update(JSON.stringify(input)).digest('base64url');

  return ctx.transaction(async (tx) => {
    if (await receiptRepository.claim(tx, key, operation, requestHash)) {
      const json = await apply({ ...ctx, transaction: (work) => work(tx) });
      await receiptRepository.complete(tx, key, json);
      return { json, replayed: false };
    }
    const receipt = await receiptRepository.find(tx, key);
    if (receipt.operation !== operation || receipt.requestHash !== requestHash) {
      throw new WhetstoneError('conflict', `the Idempotency-Key "${key}" was used for another request`);
    }
    return { json: receipt.response!, replayed: true };
  });
}
