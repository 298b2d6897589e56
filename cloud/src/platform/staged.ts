import type { Ctx } from '../context.ts';

/** What is left to do in the request's transaction. */
export type Rest<O> = (ctx: Ctx) => Promise<O>;

/** A handler in two steps. */
export interface Staged<I, O> {
  (ctx: Ctx, input: I): Promise<O>;
  begin: (ctx: Ctx, input: I) => Promise<Rest<O>>;
}

/**
 * A handler that reads files or asks others before it writes. A request that is applied once has all its effects in one
 * transaction, which must not stay open meanwhile: so the first step comes before it.
 */
export const staged = <I, O>(begin: Staged<I, O>['begin']): Staged<I, O> =>
  Object.assign(async (ctx: Ctx, input: I) => (await begin(ctx, input))(ctx), { begin });

export const isStaged = (handler: object): handler is Staged<unknown, unknown> => 'begin' in handler;
