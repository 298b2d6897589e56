import type { Ctx } from '../../../context.ts';
import {
  exampleIndexBuilder,
  type ExampleIndex,
  type ExampleWish,
  type Found,
  type IndexedRow,
} from './example-index.ts';
import { exampleRepository } from './repository.ts';

interface Options {
  /** Of a project, the newest; and of all projects together before the one that was asked longest ago is let go. */
  mostOfProject?: number;
  mostOfAll?: number;
  /** So many came since the large index was made before it is made anew. */
  mostInTail?: number;
}

interface Held {
  base: ExampleIndex;
  tail: ExampleIndex;
  tailRows: IndexedRow[];
  /** Deleted, or no longer accepted. */
  gone: Set<string>;
  seenUntil: Date;
  rebuilding: Promise<void> | undefined;
}

/** A review may be seen later than its time says: its transaction took as long. */
const overlapMs = 60_000;
const rowsAtOnce = 1_000;

/**
 * Accepted corrections of the projects that ask for examples, in memory as they are searched: a large index, and a small one of what
 * was accepted since. What was reviewed since the last look is looked at each time; what was deleted is found out when it is read.
 */
export function heldExamples({ mostOfProject = 100_000, mostOfAll = 200_000, mostInTail = 500 }: Options = {}) {
  // In the order in which they were last asked for.
  const projects = new Map<string, Promise<Held>>();
  const sizes = new Map<string, number>();

  async function build(ctx: Ctx): Promise<Held> {
    const builder = exampleIndexBuilder();
    let seenUntil: Date | undefined;
    let below: string | undefined;
    while (builder.size() < mostOfProject) {
      const limit = Math.min(rowsAtOnce, mostOfProject - builder.size());
      const rows = await ctx.transaction((tx) => {
        seenUntil ??= tx.now;
        return exampleRepository.indexed(tx, below, limit);
      });
      for (const [place, row] of rows.entries()) {
        builder.add(row);
        if (place % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
      }
      below = rows.at(-1)?.id;
      if (rows.length === 0) break;
    }
    return {
      base: builder.done(),
      tail: exampleIndexBuilder().done(),
      tailRows: [],
      gone: new Set(),
      seenUntil: seenUntil!,
      rebuilding: undefined,
    };
  }

  function heldOf(ctx: Ctx): Promise<Held> {
    const { projectId } = ctx;
    const known = projects.get(projectId);
    projects.delete(projectId);
    const held = known ?? build(ctx);
    projects.set(projectId, held);
    held.then(
      ({ base }) => makeRoom(projectId, base.size),
      () => projects.get(projectId) === held && projects.delete(projectId),
    );
    return held;
  }

  function makeRoom(projectId: string, size: number) {
    sizes.set(projectId, size);
    const sum = () => [...projects.keys()].reduce((total, id) => total + (sizes.get(id) ?? 0), 0);
    for (const [id] of projects) {
      if (id === projectId || sum() <= mostOfAll) return;
      projects.delete(id);
      sizes.delete(id);
    }
  }

  /** Takes in what was reviewed since. */
  async function refresh(ctx: Ctx, held: Held) {
    const fresh = await ctx.transaction(async (tx) => {
      const since = new Date(held.seenUntil.getTime() - overlapMs);
      const reviewed = await exampleRepository.reviewedSince(tx, since);
      for (const { id, isAccepted } of reviewed) {
        if (isAccepted) held.gone.delete(id);
        else if (held.base.has(id) || held.tail.has(id)) held.gone.add(id);
      }
      const added = reviewed.filter(({ id, isAccepted }) => isAccepted && !held.base.has(id) && !held.tail.has(id));
      held.seenUntil = tx.now;
      return added.length > 0
        ? exampleRepository.indexedByIds(
            tx,
            added.map(({ id }) => id),
          )
        : [];
    });
    const known = new Set(held.tailRows.map(({ id }) => id));
    const rows = fresh.filter(({ id }) => !known.has(id));
    if (rows.length === 0) return;
    held.tailRows.push(...rows);
    const builder = exampleIndexBuilder();
    for (const row of held.tailRows) builder.add(row);
    held.tail = builder.done();
    if (held.tailRows.length > mostInTail) rebuild(ctx, held);
  }

  function rebuild(ctx: Ctx, held: Held) {
    held.rebuilding ??= build(ctx).then(
      (anew) => void Object.assign(held, anew),
      () => void (held.rebuilding = undefined),
    );
  }

  return {
    /** The best for a wish, by how well their words fit; and how many are of its kind. */
    async find(ctx: Ctx, wish: ExampleWish): Promise<{ considered: number; best: Found[] }> {
      const held = await heldOf(ctx);
      await refresh(ctx, held);
      const parts = [held.base.find(wish, held.gone), held.tail.find(wish, held.gone)];
      const all = parts.flatMap(({ best }) => best);
      const top = all.reduce((most, { score }) => Math.max(most, score), 0);
      return {
        considered: parts.reduce((sum, { considered }) => sum + considered, 0),
        best: all.map(({ score, ...found }) => ({
          ...found,
          similarity: wish.query === undefined ? undefined : top === 0 ? 0 : score / top,
        })),
      };
    },

    /** They are not there, or not accepted, though the index has them. Nothing stays in memory of what another server deleted. */
    async drop(ctx: Ctx, ids: readonly string[]) {
      const held = await projects.get(ctx.projectId);
      if (!held || ids.length === 0) return;
      for (const id of ids) held.gone.add(id);
      rebuild(ctx, held);
    },

    /** Nothing stays in memory here of what a person has deleted; what became too old is noticed when it is read. */
    letGo(projectId: string) {
      projects.delete(projectId);
      sizes.delete(projectId);
    },
  };
}

export type HeldExamples = ReturnType<typeof heldExamples>;
