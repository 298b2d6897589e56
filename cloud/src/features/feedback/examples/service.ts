import type { Example, feedbackExamples, Handlers, Output as OutputOf, Parsed } from '@whetstone/shared/contract';
import { tokensOf, withoutUnseen } from '@whetstone/shared/knowledge';
import type { Ctx } from '../../../context.ts';
import { shownComment, warningsAbout } from '../warnings.ts';
import type { Found } from './example-index.ts';
import type { HeldExamples } from './held-examples.ts';
import { exampleRepository, type ShownRow } from './repository.ts';
import { piecesOf, relevanceOf, selectExamples } from './select.ts';

interface Dependencies {
  held: HeldExamples;
  clock: () => number;
}

type Wish = Parsed<(typeof feedbackExamples)['getExamples']>;
type Output = OutputOf<(typeof feedbackExamples)['getExamples']>;

const mostTries = 5;
/** So many are read and compared for one that is asked for, and some more. */
const readFor = (limit: number) => 24 + 4 * limit;
/** What names of members and marks around an example come to. */
const tokensAround = 24;

export function exampleService({ held, clock }: Dependencies): Handlers<typeof feedbackExamples, Ctx> {
  /** Undefined where some of the best are there no longer: there may be others in their place. */
  async function chosen(ctx: Ctx, wish: Wish, isLast: boolean): Promise<Output | undefined> {
    const { taskType, language, repoId, query, limit, tokenBudget, exceptTaskId } = wish;
    const { considered, best } = await held.find(ctx, { taskType, language, query });
    const nowMs = clock();
    const ranked = best
      .map((found) => ({
        found,
        relevance: relevanceOf({
          ...found,
          ageMs: nowMs - found.correctedAtMs,
          isOfRepo: repoId !== undefined && found.repoId === repoId,
        }),
      }))
      .toSorted((a, b) => b.relevance - a.relevance || (a.found.id < b.found.id ? 1 : -1))
      .slice(0, readFor(limit));
    const { rows, ofTask } = await ctx.transaction(async (tx) => ({
      rows: await exampleRepository.shown(
        tx,
        ranked.map(({ found }) => found.id),
      ),
      ofTask: exceptTaskId === undefined ? [] : await exampleRepository.textsOfTask(tx, exceptTaskId),
    }));
    const byId = new Map(rows.map((row) => [row.id, row]));
    const gone = ranked.map(({ found }) => found.id).filter((id) => !byId.has(id));
    await held.drop(ctx, gone);
    if (gone.length > 0 && !isLast) return undefined;
    const candidates = ranked.flatMap(({ found, relevance }) => {
      const row = byId.get(found.id);
      if (!row || (exceptTaskId !== undefined && row.taskId === exceptTaskId)) return [];
      // Nobody looks through long texts that are not shown.
      if (tokensOf(row.before) + tokensOf(row.after) > tokenBudget) return [];
      const item = exampleOf(row, found);
      const { detectors, before, after } = row;
      return [{ item, relevance, tokens: item.tokens, detectors, pieces: piecesOf(`${before}\n${after}`) }];
    });
    const items = selectExamples(candidates, {
      limit,
      tokenBudget,
      never: ofTask.map(({ before, after }) => piecesOf(`${before}\n${after}`)),
    }).map(({ item }) => item);
    return { items, tokens: items.reduce((sum, { tokens }) => sum + tokens, 0), considered };
  }

  return {
    async getExamples(ctx, wish) {
      for (let tries = 1; ; tries++) {
        const output = await chosen(ctx, wish, tries === mostTries);
        if (output) return output;
      }
    },
  };
}

/** As it is shown: without what nobody sees, and with what to be careful of. */
function exampleOf(
  { id, taskType, language, file, before, after, comment, lesson, correctedAt }: ShownRow,
  { similarity }: Found,
): Example {
  const shown = {
    file: withoutUnseen(file),
    before: withoutUnseen(before),
    after: withoutUnseen(after),
    comment: comment === null ? null : shownComment(comment),
    lesson,
  };
  const texts = Object.values(shown).filter((text) => text !== null);
  return {
    id,
    taskType,
    language,
    ...shown,
    similarity: similarity ?? 0,
    tokens: tokensAround + texts.reduce((sum, text) => sum + tokensOf(text), 0),
    correctedAt: correctedAt.toISOString(),
    trust: 'untrusted-correction',
    warnings: warningsAbout([file, before, after, comment ?? '']),
  };
}
