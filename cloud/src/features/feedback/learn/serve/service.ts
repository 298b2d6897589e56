import type { feedbackPatterns, Handlers, Pattern } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../../context.ts';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { pageAfter, readCursor } from '../../../../platform/page.ts';
import type { ComparePatches } from '../../compare-patches.ts';
import type { ParseTree } from '../trees.ts';
import { leftAtLine, leftAtPlace } from './counterexamples.ts';
import { patternRepository, type StoredPattern } from './repository.ts';

interface Dependencies {
  compare: ComparePatches;
  parse: ParseTree;
  /** Rules of guidance that rest on a pattern. */
  rulesOn: (tx: ProjectTx, patternId: string) => Promise<{ guidanceVersion: string; ruleId: string }[]>;
}

const isKey = (text: string) => /^-?[0-9.e+-]+ [0-9a-f-]{36}$/.test(text);
const mostCounterexamples = 10;

export function patternService({ compare, parse, rulesOn }: Dependencies): Handlers<typeof feedbackPatterns, Ctx> {
  const counterexamplesOf = async (tx: ProjectTx, pattern: StoredPattern) => {
    if (pattern.kind === 'failure') return [];
    const corrections = await patternRepository.leftIn(tx, pattern, mostCounterexamples);
    return corrections.flatMap(({ id, original, corrected, leftAt }) => {
      const { files } = compare(original, corrected);
      const { language, figures } = pattern;
      const found =
        pattern.kind === 'detector'
          ? leftAtLine(files, leftAt)
          : leftAtPlace(parse, files, { language, place: figures.place });
      return found ? [{ feedbackId: id, ...found }] : [];
    });
  };

  return {
    listPatterns: (ctx, { limit, cursor, ...filter }) =>
      ctx.transaction(async (tx) => {
        const key = readCursor(cursor, isKey)?.split(' ');
        const after = key && { rank: Number(key[0]), id: key[1]! };
        const rows = await patternRepository.list(tx, filter, { after, limit: limit + 1 });
        const { items, nextCursor } = pageAfter(rows, limit, ({ rank, id }) => `${rank} ${id}`);
        const { learnedAt, waiting } = await patternRepository.state(tx);
        return { items: items.map(viewOf), nextCursor, learnedAt: learnedAt?.toISOString() ?? null, waiting };
      }),

    getPattern: (ctx, { id }) =>
      ctx.transaction(async (tx) => {
        const pattern = await patternRepository.find(tx, id);
        if (!pattern)
          throw new WhetstoneError('not_found', `no pattern has the id ${id}; it may have been counted away`);
        return {
          ...viewOf(pattern),
          evidence: await patternRepository.evidence(tx, pattern),
          counterexamples: await counterexamplesOf(tx, pattern),
          usedIn: await rulesOn(tx, id),
        };
      }),
  };
}

function viewOf({ id, kind, key, title, template, failure, guidance, figures, ...row }: StoredPattern): Pattern {
  const { support, changed, survived, rate, rateInterval, baseRate, lift, liftInterval, isPattern, whyNot } = figures;
  return {
    id,
    kind,
    key,
    title,
    language: row.language || null,
    taskType: row.taskType || null,
    template,
    failure,
    guidance,
    support,
    changed,
    survived,
    rate,
    rateInterval,
    baseRate,
    lift,
    liftInterval,
    isPattern,
    whyNot,
    byModel: figures.byModel,
    byRepo: figures.byRepo,
    firstAt: row.firstAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
  };
}
