import type { TraceStep } from '../contract/flags.ts';
import type { CompiledRule } from './phases.ts';
import type { Note, Run } from './run.ts';
import { conditionSentence, show, splitSentence, unitSentence } from './sentences.ts';

/** What happened in a run, step by step. */
export const traceOf = (notes: readonly Note[], run: Run): TraceStep[] => notes.map((note) => stepOf(note, run));

function stepOf(note: Note, run: Run): TraceStep {
  switch (note.kind) {
    case 'unreadable':
      return { step: 'fallthrough', outcome: 'decided', why: `the flag cannot be read: ${note.why}` };
    case 'disabled': {
      const { at } = note.phase;
      const by = at === undefined ? '' : ` by the changes scheduled up to ${at}`;
      return { step: 'disabled', outcome: 'decided', why: `the flag is disabled${by}` };
    }
    case 'prerequisite':
      return {
        step: 'prerequisite',
        id: note.prerequisite.flag,
        outcome: note.isMet ? 'passed' : 'decided',
        why: prerequisiteSentence(note),
      };
    case 'override':
      return overrideStep(note, run);
    case 'failed': {
      const { rule, condition } = note;
      const why = `when[${condition}]: ${conditionSentence(rule.when[condition]!, run)}`;
      return { step: 'rule', id: rule.id, outcome: 'skipped', why };
    }
    case 'fixed':
      return step(note.rule, 'decided', `serves "${note.served.variant}"`);
    case 'unitless':
      return step(note.rule, note.rule ? 'skipped' : 'decided', unitSentence(note.split.by, note.found));
    case 'split':
      return step(note.rule, 'decided', splitSentence(note));
  }
}

function overrideStep({ override, isExpired }: Extract<Note, { kind: 'override' }>, { context }: Run): TraceStep {
  const { names, served, expiresAt } = override;
  const who = `${names.attribute} ${show(names.read(context))}`;
  if (isExpired) return { step: 'override', outcome: 'skipped', why: `the one of ${who} expired at ${expiresAt}` };
  const until = expiresAt === undefined ? '' : ` until ${expiresAt}`;
  return { step: 'override', outcome: 'decided', why: `${who} is named${until}; serves "${served.variant}"` };
}

function step(rule: CompiledRule | undefined, outcome: TraceStep['outcome'], what: string): TraceStep {
  if (!rule) return { step: 'fallthrough', outcome, why: what };
  const { length } = rule.when;
  const conditions =
    length === 0 ? 'no conditions' : length === 1 ? 'its condition holds' : `all ${length} conditions hold`;
  return { step: 'rule', id: rule.id, outcome, why: `${conditions}; ${what}` };
}

function prerequisiteSentence({ prerequisite, isMet, found }: Extract<Note, { kind: 'prerequisite' }>): string {
  const { flag, variants } = prerequisite;
  if (found === 'unknown') return `no flag called "${flag}"`;
  if (found === 'endless') return `the prerequisites of "${flag}" run in a circle or too deep`;
  if (found === 'unreadable') return `"${flag}" cannot be read`;
  const serves = `"${flag}" serves "${found.variant}"`;
  return isMet ? serves : `${serves}, wanted ${variants.map((name) => `"${name}"`).join(' or ')}`;
}
