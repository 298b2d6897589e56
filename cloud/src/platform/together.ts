import type { Ctx } from '../context.ts';
import type { ProjectTx } from './db/database.ts';

/** What a request comes to before anything is written. */
export interface PreparedWrite<O, Row> {
  output: O;
  row: Row;
}

/** A handler whose requests can be written many at a time, as if one had come after the other. */
export interface Together<I, O, Row> {
  (ctx: Ctx, input: I): Promise<O>;
  /** Throws what the request is refused for. */
  prepare: (input: I, now: Date) => PreparedWrite<O, Row>;
  write: (tx: ProjectTx, rows: readonly Row[]) => Promise<void>;
}

/** For small writes that come by the hundred: a transaction costs the database more than what is written in it. */
export const together = <I, O, Row>(steps: Pick<Together<I, O, Row>, 'prepare' | 'write'>): Together<I, O, Row> =>
  Object.assign(
    (ctx: Ctx, input: I) =>
      ctx.transaction(async (tx) => {
        const { output, row } = steps.prepare(input, tx.now);
        await steps.write(tx, [row]);
        return output;
      }),
    steps,
  );

export const isTogether = (handler: object): handler is Together<unknown, unknown, unknown> => 'write' in handler;
