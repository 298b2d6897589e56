import type { Triage } from '@whetstone/shared/contract';
import type { ComparedLanguage, FormVerdict } from '@whetstone/shared/feedback';
import { keyOf } from '../lines.ts';
import type { ReadCircumstances } from '../reading.ts';
import type { Token, TokenEdit } from '../tokens.ts';
import { formOf } from './form.ts';
import { isProse } from './prose.ts';
import { wordList } from '../word-list.ts';

/** The lines of a stretch that say something else, on both sides. */
interface JudgedPart {
  agent: { text: string; tokens(): Token[] };
  human: { text: string; tokens(): Token[] };
  edits(): TokenEdit[];
}

/** What one stretch is judged by. */
export interface Judged {
  language: ComparedLanguage;
  part: JudgedPart;
  /** The stretch with the lines in it that differ in form alone. */
  before: string;
  after: string;
  form: FormVerdict;
  /** Ids of detectors. */
  findings: readonly string[];
  renames: readonly (readonly [string, string])[];
}

export interface StretchTriage {
  triage: Triage;
  /** How much it counts in the whole: lines, and next to nothing for imports that only follow other changes. */
  weight: number;
}

const wordings = new Set(['comment-added', 'comment-reworded', 'docstring-reworded', 'string-reworded']);
/** What takes out what was too much. */
const deletions = new Set(
  wordList(`comment-removed docstring-removed debug-output-removed log-removed try-removed branch-removed
helper-removed parameter-removed export-removed import-removed mock-removed suppression-removed
type-assertion-removed cast-removed`),
);
const importLine = /^\s*(?:import\b|from\s+[\w.]+\s+import\b|\}\s*from\b|export\s.*\bfrom\b)/;

export function triageOf(judged: Judged, circumstances: ReadCircumstances): StretchTriage {
  const { part, language, findings, form } = judged;
  const removed = linesOf(part.agent.text);
  const added = linesOf(part.human.text);
  const weight = Math.max(1, removed.length, added.length);
  if (form === 'same' || form === 'cosmetic' || form === 'imports') return { triage: 'cosmetic', weight };
  if (removed.length + added.length === 0) {
    // Moved to another place, or, where the same lines stand here, into another block.
    return { triage: keyOf(judged.before) === keyOf(judged.after) ? 'behaviour' : 'cosmetic', weight };
  }
  if (form === 'unknown') return { triage: 'unknown', weight };
  if (form === 'comment') {
    const isRemoval =
      findings.includes('comment-removed') || findings.includes('suppression-removed') || added.length === 0;
    return { triage: isRemoval ? 'deletion' : 'wording', weight };
  }
  if ([...removed, ...added].every((line) => importLine.test(line)))
    return ofImports(findings, removed.length, added.length);
  if (language === 'text') return { triage: isText(removed, added) ? 'wording' : 'unknown', weight };
  return { triage: ofCode(judged, circumstances, removed.length, added.length), weight };
}

const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

/** Most are there because of what changed below them. */
function ofImports(findings: readonly string[], removed: number, added: number): StretchTriage {
  if (added === 0) return { triage: 'deletion', weight: findings.includes('import-removed') ? removed : 0.1 };
  return { triage: removed === 0 ? 'evolution' : 'behaviour', weight: 0.1 };
}

const isText = (removed: string[], added: string[]) => removed.length > 0 && added.length > 0;

function ofCode(judged: Judged, circumstances: ReadCircumstances, removed: number, added: number): Triage {
  const { part, findings, language } = judged;
  const before = part.agent.tokens();
  const after = part.human.tokens();
  if (isSameAfter(judged.renames, before, after, language)) return 'rename';
  const edits = part.edits();
  const behaving = findings.filter((id) => !wordings.has(id) && !deletions.has(id) && id !== 'identifier-renamed');
  if (after.length === 0 && before.length > 0) return behaving.length > 0 ? 'behaviour' : 'deletion';
  if (before.length === 0) return ofAddition(behaving, circumstances, added);
  const isWording = (tokens: Token[]) =>
    tokens.length > 0 && tokens.every((token) => token.kind === 'string' && isProse(token.text));
  if (edits.length > 0 && edits.every(({ lost, gained }) => isWording(lost) && isWording(gained))) return 'wording';
  if (findings.length > 0 && findings.every((id) => wordings.has(id)) && removed === added) {
    const isOfText = edits.every(
      ({ lost, gained }) => lost.length <= 12 && gained.length <= 12 && noCode(lost) && noCode(gained),
    );
    if (isOfText) return 'wording';
  }
  const gone = edits.reduce((sum, { lost }) => sum + lost.length, 0);
  const come = edits.reduce((sum, { gained }) => sum + gained.length, 0);
  if (findings.length > 0 && findings.every((id) => id === 'docstring-removed' || id === 'comment-removed'))
    return 'deletion';
  const isMostlyGone = edits.length > 0 && (come === 0 || (come <= gone * 0.15 && added < removed));
  if (isMostlyGone && behaving.length === 0 && (gone >= 3 || findings.length > 0)) return 'deletion';
  if (findings.some((id) => deletions.has(id)) && behaving.length === 0 && added <= removed && come <= gone * 0.4)
    return 'deletion';
  return isGrown(circumstances, removed, added) ? 'evolution' : 'behaviour';
}

/** Words of a text between tags, as the tokens of a program have them. */
const noCode = (tokens: Token[]) => tokens.every((token) => token.kind !== 'mark' || /^[.,!?'’"-]$/.test(token.text));

function ofAddition(behaving: readonly string[], circumstances: ReadCircumstances, added: number): Triage {
  if (behaving.length > 0 && added <= 10 && !(speaksOfMore(circumstances) && added > 3)) return 'behaviour';
  if (speaksOfFix(circumstances) && added <= 10) return 'behaviour';
  return added <= 2 && !speaksOfMore(circumstances) && !isLate(circumstances) ? 'behaviour' : 'evolution';
}

/** More came than was there: the work went on. */
function isGrown(circumstances: ReadCircumstances, removed: number, added: number): boolean {
  const more = added - removed;
  if (speaksOfMore(circumstances) || isLate(circumstances)) return more >= 2 && added >= removed * 2;
  return !speaksOfFix(circumstances) && more >= 10 && added >= removed * 3;
}

const hour = 3_600_000;
/** Nine of ten corrections are made within a day. */
const isLate = ({ ageMs }: ReadCircumstances) => ageMs !== undefined && ageMs > 24 * hour;
const fix =
  /\b(?:bug|fix|wrong|broken?|crash\w*|fail\w*|error|must|should|missing|forgot\w*|incorrect|never|leak\w*|race)\b/i;
const more =
  /\b(?:add(?:s|ed|ing)?|new|also|support\w*|extend\w*|feature|extra|next|second|follow-?up|asked for|as discussed|mode|introduc\w*|step)\b/i;
const speaksOfFix = ({ comment }: ReadCircumstances) => comment !== undefined && fix.test(comment);
const speaksOfMore = ({ comment }: ReadCircumstances) =>
  comment !== undefined && !fix.test(comment) && more.test(comment);

function isSameAfter(
  renames: Judged['renames'],
  before: readonly Token[],
  after: readonly Token[],
  language: ComparedLanguage,
): boolean {
  if (renames.length === 0 || before.length !== after.length) return false;
  const to = new Map(renames);
  const renamed = before.map((token) => ({ ...token, text: to.get(token.text) ?? token.text }));
  return formOf(renamed, language === 'python') === formOf(after, language === 'python');
}

const order: Triage[] = ['behaviour', 'deletion', 'rename', 'wording', 'unknown', 'cosmetic'];

/** Of a whole correction: the work going on outweighs what was changed on its way, else what can be learned from most comes first. */
export function triageOfAll(stretches: readonly StretchTriage[]): Triage {
  const weight = (triage: Triage) =>
    stretches.reduce((sum, each) => sum + (each.triage === triage ? each.weight : 0), 0);
  if (stretches.length === 0) return 'cosmetic';
  const evolution = weight('evolution');
  const behaviour = weight('behaviour');
  const deletion = weight('deletion');
  if (evolution >= 1 && evolution >= 2 * (behaviour + deletion)) return 'evolution';
  if (deletion > 3 * behaviour && deletion >= 1) return 'deletion';
  const firstOf = (least: number) => order.find((triage) => weight(triage) >= least);
  return firstOf(1) ?? firstOf(0.01) ?? 'evolution';
}
