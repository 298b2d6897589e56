import type { Bisect, Regression } from '@whetstone/shared/contract';
import { shareText } from '../figures.ts';
import type { Look } from '../look.ts';

export type Candidate = Bisect['candidates'][number];
export type Step = Bisect['steps'][number];

export const isActive = ({ status }: Pick<Bisect, 'status'>): boolean =>
  status === 'queued' || status === 'seeding' || status === 'searching';

export const canResume = ({ status }: Pick<Bisect, 'status'>): boolean =>
  status === 'cancelled' || status === 'failed' || status === 'range';

export const statusLooks: Record<Bisect['status'], Look> = {
  queued: { sign: '○', word: 'queued', class: 'text-muted' },
  seeding: { sign: '◔', word: 'seeding', class: 'text-accent' },
  searching: { sign: '◐', word: 'searching', class: 'text-accent' },
  found: { sign: '◆', word: 'found', class: 'text-good' },
  range: { sign: '↔', word: 'a range', class: 'text-warn' },
  no_difference: { sign: '≈', word: 'no difference', class: 'text-muted' },
  failed: { sign: '✗', word: 'failed', class: 'text-bad' },
  cancelled: { sign: '⊘', word: 'cancelled', class: 'text-muted' },
};

/** What is searched, in a few words. */
export function overText(over: Bisect['over']): string {
  switch (over.kind) {
    case 'commits':
      return `commits of ${over.repo}, ${over.good.slice(0, 12)} to ${over.bad.slice(0, 12)}`;
    case 'promptVersions':
      return `${over.versions.length} prompt versions, ${over.versions[0]?.version} to ${over.versions.at(-1)?.version}`;
    case 'flagVersions':
      return `versions of ${over.flag}, variant ${over.variant}, v${over.good} to v${over.bad}`;
  }
}

const shortName = (over: Bisect['over'], name: string) => (over.kind === 'commits' ? name.slice(0, 12) : name);

export const candidateName = ({ over }: Pick<Bisect, 'over'>, { name }: Candidate) => shortName(over, name);

/** The likeliest first bad one, by the chances of a step or, without, as it stands. */
export function likeliest({ candidates }: Pick<Bisect, 'candidates'>, posterior?: readonly number[]) {
  let best: { candidate: Candidate; chance: number } | undefined;
  for (const candidate of candidates) {
    const chance = posterior?.[candidate.index] ?? candidate.posterior;
    if (!best || chance > best.chance) best = { candidate, chance };
  }
  return best;
}

/** How many are as likely as the likeliest: before anything tells them apart, none of them leads. */
export function likeliestCount(posterior: readonly number[] | null): number {
  const highest = Math.max(...(posterior ?? []));
  return (posterior ?? []).filter((chance) => highest - chance < 1e-9).length;
}

/** How it stands, in one sentence. */
export function sentenceOf(bisect: Bisect): string {
  const { answer, status, failure, searchRuns, seedRuns, maxRuns, confidence, steps } = bisect;
  if (answer) return answer.sentence;
  const best = likeliest(bisect);
  const leading =
    best && searchRuns + seedRuns > 0
      ? ` The likeliest so far is ${candidateName(bisect, best.candidate)} with ${shareText(best.chance)}.`
      : '';
  switch (status) {
    case 'queued':
      return 'It is about to go on.';
    case 'seeding':
      return steps.some(({ phase }) => phase === 'seed')
        ? `Both ends are being run to learn how they differ: ${seedRuns} runs so far.`
        : 'All problems are being run at both ends, to find those that tell them apart.';
    case 'searching':
      return `${searchRuns} of at most ${maxRuns} runs of the search are made; it stops at ${shareText(confidence)}.${leading}`;
    case 'failed':
      return `It could not go on${failure === null ? '' : `: ${failure}`}.${leading}`;
    default:
      return `It was stopped after ${searchRuns} runs of the search.${leading}`;
  }
}

/** Beyond so many, those that hardly can be it are left out until they are asked for. */
const mostShown = 60;

/** In their order. */
export function shownCandidates(bisect: Bisect, posterior: readonly number[] | undefined, all: boolean): Candidate[] {
  const { candidates, answer } = bisect;
  if (all || candidates.length <= mostShown) return candidates;
  const last = candidates.length - 1;
  return candidates.filter(
    ({ index, runs, posterior: chance }) =>
      index === 0 || index === last || runs > 0 || (posterior?.[index] ?? chance) >= 0.001 || isInAnswer(answer, index),
  );
}

export const isInAnswer = (answer: Bisect['answer'], index: number): boolean =>
  answer !== null && answer.from !== null && answer.to !== null && index >= answer.from && index <= answer.to;

/** What a bisect of a regression begins with: the problems that it lost, over whatever is known to have changed. */
export function startOf({ id, dataset, evidence, flag, rollback }: Regression) {
  const good = evidence?.before.commit;
  const bad = evidence?.after.commit;
  const over: Bisect['over'] =
    good !== undefined && bad !== undefined && good !== bad
      ? { kind: 'commits', repo: '', good, bad }
      : flag
        ? {
            kind: 'flagVersions',
            flag: flag.key,
            variant: flag.variant,
            good: 1,
            bad: Math.max(2, (rollback?.flagVersion ?? 3) - 1),
          }
        : { kind: 'promptVersions', versions: [{ version: '' }, { version: '' }] };
  return {
    over,
    dataset,
    regressionId: id,
    ...(evidence &&
      evidence.lost.length > 0 && { problems: evidence.lost.slice(0, 1_000).map((lost) => lost.problemId) }),
  };
}
