import type { Evaluation } from '../contract/flags.ts';
import { bucketAt, pointOf } from './bucketing.ts';
import type { ReadableFlag } from './compile.ts';
import { withCoverage } from './compile-serve.ts';
import { holds } from './condition.ts';
import { decideFlag } from './decide.ts';
import { phaseAt, type CompiledRule, type Phase } from './phases.ts';
import type { Assigned, Landing, Note, Run } from './run.ts';
import type { CompiledSegment } from './segment-membership.ts';
import { show, wishSentence } from './sentences.ts';
import { granted, wishOf, type Wish } from './wish.ts';

/** A single change that leads to another variant. */
export interface Claim {
  /** 'coverage of at least 24.2 % would serve "on"' */
  readonly what: string;
  /** The variant served then. */
  readonly gives: string;
  readonly change: Change;
}

/** The change itself, for who wants to make it. Changes of the flag are of what is in force now. */
export type Change =
  | { kind: 'enable' }
  | { kind: 'coverage'; rule: string | undefined; coverage: number }
  | { kind: 'withoutRule'; rule: string }
  | { kind: 'withoutOverride'; place: number }
  | { kind: 'prerequisites'; met: ReadonlyMap<string, string> }
  | { kind: 'forget'; attribute: string }
  | { kind: 'time'; nowMs: number }
  | { kind: 'rule'; rule: string; wishes: readonly Wish[] };

/** Evaluations that looking for changes may cost, so that an explanation is bounded as an evaluation is. */
const mostTried = 12;
const mostMomentsTried = 4;

/** Another flag, context, time or past to decide by. */
interface Variation {
  flag?: ReadableFlag;
  run?: Partial<Run>;
}

/**
 * What would change an answer, what decided first. Every claim has been tried out: the changed flag, context or time was
 * evaluated, and what came out is what the claim says.
 */
export function claimsOf(flag: ReadableFlag, run: Run, notes: readonly Note[], { variant }: Evaluation): Claim[] {
  const claims: Claim[] = [];
  const phase = phaseAt(flag, run.nowMs);
  let left = mostTried;

  const outcomeOf = (variation: Variation, notesOfIt?: Note[]) => {
    left--;
    const changed: Run = { ...run, ...variation.run, notes: notesOfIt, firstAnswers: undefined };
    return decideFlag(variation.flag ?? flag, changed);
  };
  const attempt = (change: Change, what: string, variation: Variation): boolean => {
    if (left <= 0) return false;
    const outcome = outcomeOf(variation);
    return outcome.errorCode === undefined && claim(change, what, outcome.variant);
  };
  const claim = (change: Change, what: string, gives: string): boolean => {
    if (gives === variant) return false;
    claims.push({ what: `${what} would serve "${gives}"`, gives, change });
    return true;
  };
  const inForce = (parts: Partial<Phase>): Variation => ({ flag: { ...flag, ...phase, ...parts, later: none } });
  /** What depends on the context or the time has to be found out anew. */
  const anew = { seen: undefined, seenSegments: undefined };

  function withoutRule({ id }: CompiledRule) {
    const rules = phase.rules.filter((rule) => rule.id !== id);
    attempt({ kind: 'withoutRule', rule: id }, `without rule "${id}" it`, inForce({ rules }));
  }

  function otherCoverage(landing: Landing) {
    const coverage = coverageToCross(landing);
    if (coverage === undefined) return;
    const { rule, split, share } = landing;
    const isMore = coverage > split.coverage;
    const of = rule ? ` in rule "${rule.id}"` : '';
    const what = `coverage of ${isMore ? 'at least' : 'at most'} ${coverage} %${of}`;
    const change: Change = { kind: 'coverage', rule: rule?.id, coverage };
    // What comes before the split knows nothing of its coverage: no need to ask it again.
    if (!split.sticky) return void claim(change, what, (isMore && share ? share.item : split.otherwise).variant);
    const serve = withCoverage(split, coverage, undefined);
    const variation = rule
      ? inForce({ rules: phase.rules.map((one) => (one === rule ? { ...one, serve } : one)) })
      : inForce({ fallthrough: serve });
    attempt(change, what, variation);
  }

  function forget({ split, served, hashed }: Landing) {
    const attribute = split.sticky?.attribute;
    if (served === hashed || attribute === undefined) return;
    const assigned: Assigned = (key, ...rest) => (key === flag.key ? undefined : run.assigned?.(key, ...rest));
    const what = `forgetting what ${attribute} ${show(split.sticky?.unit(run.context))} was first served`;
    attempt({ kind: 'forget', attribute }, what, { run: { assigned } });
  }

  /** Meets one after the other of those that are not met. */
  function meetPrerequisites(first: Extract<Note, { kind: 'prerequisite' }>) {
    const met = new Map<string, string>();
    const pinned = new Map<string, Evaluation>();
    // Not what was found out before: another prerequisite may itself wait for one that is pinned.
    const variation = (): Variation => ({ run: { seen: new Map(pinned) } });
    for (let unmet: Note | undefined = first; left > 1 && unmet?.kind === 'prerequisite' && !unmet.isMet;) {
      const { flag: key, variants } = unmet.prerequisite;
      const wanted = variants[0];
      if (wanted === undefined || met.has(key)) return;
      met.set(key, wanted);
      pinned.set(key, {
        key,
        enabled: true,
        variant: wanted,
        value: true,
        reason: 'STATIC',
        flagVersion: 0,
        metadata: {},
      });
      const further: Note[] = [];
      outcomeOf(variation(), further);
      unmet = further.at(-1);
    }
    const what = [...met].map(([key, wanted]) => `"${key}" serving "${wanted}"`).join(' and ');
    attempt({ kind: 'prerequisites', met }, what, variation());
  }

  function byDecision(note: Note | undefined) {
    if (note?.kind === 'disabled') attempt({ kind: 'enable' }, 'enabling the flag', inForce({ enabled: true }));
    if (note?.kind === 'prerequisite') meetPrerequisites(note);
    if (note?.kind === 'override') {
      const place = flag.overrides.indexOf(note.override);
      const overrides = flag.overrides.filter((one) => one !== note.override);
      const what = `without the override of ${note.override.names.attribute} it`;
      attempt({ kind: 'withoutOverride', place }, what, { flag: { ...flag, overrides } });
    }
    if (note?.kind === 'split') {
      otherCoverage(note);
      forget(note);
    }
    if ((note?.kind === 'split' || note?.kind === 'fixed') && note.rule) withoutRule(note.rule);
  }

  function byTime(decided: Note | undefined) {
    if (flag.later.length === 0 && decided?.kind !== 'override') return;
    const moments = flag.later.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > run.nowMs);
    if (decided?.kind === 'override') moments.push(decided.override.untilMs);
    const ahead = moments.filter(isDate).sort((a, b) => a - b);
    for (const nowMs of ahead.slice(0, mostMomentsTried)) {
      const at = new Date(nowMs).toISOString();
      if (attempt({ kind: 'time', nowMs }, `from ${at} on, as planned, it`, { run: { nowMs, ...anew } })) return;
    }
  }

  function byRule({ rule, condition: first }: Extract<Note, { kind: 'failed' }>) {
    if (rule.serve.kind === 'fixed' && rule.serve.served.variant === variant) return;
    const wishes: Wish[] = [];
    let words = '';
    for (let i = first; i < rule.when.length; i++) {
      const condition = rule.when[i]!;
      if (i > first && holds(condition, run)) continue;
      const wish = wishOf(condition, run);
      if (!wish) return;
      wishes.push(wish);
      words += `${words && ' and '}${wordsOf(wish)} (${i + 1}: ${wishSentence(condition)})`;
    }
    const change: Change = { kind: 'rule', rule: rule.id, wishes };
    const what = `rule "${rule.id}" with ${words}`;
    if (rule.serve.kind === 'fixed' && isUnseenBefore(rule, wishes)) claim(change, what, rule.serve.served.variant);
    else {
      const context = granted(run.context, wishes);
      attempt(change, what, { run: { context, ruleset: joined(run, wishes), ...anew } });
    }
  }

  /** Whether nothing that is asked before a rule, and nothing else in it, looks at what is wished for. */
  function isUnseenBefore(rule: CompiledRule, wishes: readonly Wish[]): boolean {
    if (flag.prerequisites.length > 0 || flag.overrides.length > 0 || flag.segments.length > 0) return false;
    const places = wishes.map(({ attribute }, i) => wishes.findIndex((one) => isSame(one.attribute, attribute)) === i);
    if (wishes.some(({ kind }, i) => kind !== 'attribute' || !places[i])) return false;
    const isWished = (attribute: string) => wishes.some((wish) => isSame(wish.attribute, attribute));
    let looking = 0;
    for (const { when, serve } of phase.rules.slice(0, phase.rules.indexOf(rule) + 1)) {
      // A split that lacked its unit was skipped for that.
      if (serve.kind === 'split' && isWished(serve.by)) return false;
      for (const { attribute } of when) if (isWished(attribute)) looking++;
    }
    return looking === wishes.length;
  }

  const decided = notes.at(-1);
  byDecision(decided);
  byTime(decided);
  for (const note of notes) if (note.kind === 'failed' && left > 0) byRule(note);
  return claims;
}

/**
 * A coverage that lets a unit in which is out, or out which is in: to a tenth of a per cent where that will do.
 * `undefined` where no coverage does, as for the unit at the very start of its share.
 */
function coverageToCross({ split, share, hash }: Landing): number | undefined {
  if (!share) return undefined;
  const point = pointOf(split.division, hash);
  const exact = ((point - share.start) / (share.end - share.start)) * 100;
  const isIn = point < share.covered;
  for (const parts of [10, 1_000, 1_000_000]) {
    const coverage = Math.min(100, isIn ? Math.floor(exact * parts) / parts : (Math.floor(exact * parts) + 1) / parts);
    const letsIn = point < share.start + ((share.end - share.start) * coverage) / 100;
    if (letsIn !== isIn && coverage >= 0) return coverage;
  }
  return undefined;
}

/** Where a unit of a share begins to be served something else. */
export const thresholdOf = ({ share, split }: Landing): number | undefined =>
  share && bucketAt(share.covered, split.division.total);

function wordsOf(wish: Wish): string {
  if (wish.kind === 'missing') return `no ${wish.attribute}`;
  const who = `${wish.attribute} ${show(wish.kind === 'member' ? wish.unit : wish.value)}`;
  return wish.kind === 'member' ? `${who} added to segment "${wish.segment}"` : who;
}

const none: readonly never[] = [];
const standIns = ['userId', 'targetingKey'];
const isSame = (one: string, other: string) => one === other || (standIns.includes(one) && standIns.includes(other));

/** The ruleset with the units in the segments that are wished for. */
function joined({ ruleset }: Run, wishes: readonly Wish[]): Run['ruleset'] {
  const members = wishes.filter((wish) => wish.kind === 'member');
  if (members.length === 0) return ruleset;
  const segments = new Map<string, CompiledSegment>(ruleset.segments);
  for (const { unit, segment } of members) {
    const before = segments.get(segment);
    if (!before) continue;
    segments.set(segment, { ...before, included: { has: (one) => one === unit || before.included.has(one) } });
  }
  return { ...ruleset, segments };
}

/** What `Date` can hold. */
const isDate = (ms: number) => Math.abs(ms) <= 8.64e15;
