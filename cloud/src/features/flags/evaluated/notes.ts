import { mayActAs } from '@whetstone/shared/contract';
import type { Ctx } from '../../../context.ts';
import type { Database } from '../../../platform/db/database.ts';
import { evaluatedRepository, type NotedEvaluation } from './repository.ts';

interface Options {
  database: Pick<Database, 'asSystem'>;
  /** Flags held between two flushes; what comes beyond is noted when it is asked for after the next one. */
  most?: number;
}

type Keys = ReadonlyMap<string, unknown>;

/** Of a project since the last flush, in milliseconds since 1970. */
interface Noted {
  flags: Map<string, number>;
  /** The flags that a bulk answer was about, by reference: listing them is left to the flush. */
  all: { flags: Keys; atMs: number } | undefined;
}

const minuteMs = 60_000;
const rowsAtOnce = 1_000;

/**
 * Keeps in memory which flags were asked for over HTTP, so that a flag that no exposure tells of is not taken for unused.
 * An evaluation costs two looks into a map and a comparison: what is noted is the first one in a minute.
 */
export function evaluationNotes({ database, most = 100_000 }: Options) {
  let noted = new Map<string, Noted>();
  let count = 0;
  let flushed: Promise<void> = Promise.resolve();

  function of(projectId: string): Noted {
    const found = noted.get(projectId);
    if (found) return found;
    const fresh: Noted = { flags: new Map(), all: undefined };
    noted.set(projectId, fresh);
    return fresh;
  }

  function remember({ flags }: Noted, key: string, atMs: number) {
    const known = flags.get(key);
    if (known !== undefined && atMs - known < minuteMs) return;
    if (known === undefined) {
      if (count >= most) return;
      count++;
    }
    flags.set(key, atMs);
  }

  function rememberAll(project: Noted, flags: Keys, atMs: number) {
    const { all } = project;
    if (all?.flags === flags && atMs - all.atMs < minuteMs) return;
    // A flag that was archived since was still asked for.
    if (all && all.flags !== flags) {
      for (const key of all.flags.keys()) if (!flags.has(key)) remember(project, key, all.atMs);
    }
    project.all = { flags, atMs };
  }

  async function write() {
    const writing = noted;
    [noted, count] = [new Map(), 0];
    const rows = [...writing].flatMap(([projectId, project]) => rowsOf(projectId, project));
    for (let from = 0; from < rows.length; from += rowsAtOnce) {
      try {
        await database.asSystem((tx) => evaluatedRepository.mark(tx, rows.slice(from, from + rowsAtOnce)));
      } catch (error) {
        for (const { projectId, flag, at } of rows.slice(from)) remember(of(projectId), flag, at.getTime());
        throw error;
      }
    }
  }

  return {
    /** That somebody was served a flag. Who may only look does not count, nor do questions about another time. */
    one(ctx: Ctx, key: string, nowMs: number) {
      if (mayActAs(ctx.actor.role, 'agent')) remember(of(ctx.projectId), key, nowMs);
    },

    /** The same of all flags of a project. */
    all(ctx: Ctx, flags: Keys, nowMs: number) {
      if (mayActAs(ctx.actor.role, 'agent')) rememberAll(of(ctx.projectId), flags, nowMs);
    },

    /** Writes down what was noted; called once a minute and at the end. What could not be written is tried the next time. */
    flush(): Promise<void> {
      flushed = flushed.catch(() => undefined).then(write);
      return flushed;
    },
  };
}

export type EvaluationNotes = ReturnType<typeof evaluationNotes>;

function rowsOf(projectId: string, { flags, all }: Noted): NotedEvaluation[] {
  const latest = new Map(flags);
  for (const key of all?.flags.keys() ?? []) latest.set(key, Math.max(all!.atMs, latest.get(key) ?? 0));
  return [...latest].map(([flag, atMs]) => ({ projectId, flag, at: new Date(atMs) }));
}
