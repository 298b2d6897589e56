import type { FileChange } from '@whetstone/shared/feedback';
import { gapLine, languageOf, linesOf, type ComparedLanguage } from '@whetstone/shared/feedback';
import { changeOf, type Change, type Part } from './detect/change.ts';
import { findingsOf, mostLeftAt, occurrencesOf } from './detect/detect.ts';
import { loadSyntax, type Parse } from './detect/syntax.ts';
import { emptyTree, type Tree } from './detect/tree.ts';
import { align } from './lines.ts';
import type { Finding, Occurrence, ReadCircumstances, ReadCorrection, Reading, Stretch } from './reading.ts';
import { failureOf } from './triage/failure.ts';
import { formsIn } from './triage/form-in-file.ts';
import { triageOf, triageOfAll, type StretchTriage } from './triage/triage.ts';

interface ReadFile {
  stretches: Stretch[];
  triages: StretchTriage[];
  findings: Finding[];
  occurrences: Occurrence[];
  problem: string | undefined;
  didNotParse: boolean;
}

/** Made once, when the server is composed: it loads the parser. */
export function correctionReader(parts: { parse?: Parse } = {}): ReadCorrection {
  const parse = parts.parse ?? loadSyntax();
  return (files, circumstances) => {
    const read = files.map((file) => readFile(file, circumstances, parse));
    const triages = read.flatMap((file) => file.triages);
    const triage = isUndone(files, circumstances) ? whole(circumstances) : triageOfAll(triages);
    return {
      triage,
      stretches: read.flatMap((file) => file.stretches),
      findings: read.flatMap((file) => file.findings),
      occurrences: summed(read.flatMap((file) => file.occurrences)),
      failure: failureOf(circumstances, { triage, didNotParse: read.some((file) => file.didNotParse) }),
      problems: [...new Set(read.flatMap((file) => file.problem ?? []))],
    } satisfies Reading;
  };
}

/** Nothing of it was left: that says that it was not wanted, and not what was wrong with it. */
const isUndone = (files: readonly FileChange[], { kind }: ReadCircumstances) =>
  kind === 'reject' && files.every((file) => (file.human ?? '').trim() === '');
const whole = ({ comment }: ReadCircumstances) => (comment?.trim() ? 'behaviour' : 'unknown');

/** More lines than this were not corrected by hand. */
const mostLines = 60_000;

function readFile(file: FileChange, circumstances: ReadCircumstances, parse: Parse): ReadFile {
  const language = languageOf(file.path);
  const agent = file.agent ?? '';
  const human = file.human ?? '';
  const texts = { agent: linesOf(agent), human: linesOf(human) };
  const nothing: ReadFile = {
    stretches: [],
    triages: [],
    findings: [],
    occurrences: [],
    problem: undefined,
    didNotParse: false,
  };
  if (texts.agent.length + texts.human.length > mostLines) {
    const stretch = stretchOf(file.path, language, texts, {
      aFrom: 0,
      aTo: texts.agent.length,
      bFrom: 0,
      bTo: texts.human.length,
    });
    const triage = agent === human ? 'cosmetic' : 'unknown';
    return {
      ...nothing,
      stretches: agent === human ? [] : [{ ...stretch, triage, detectors: [] }],
      triages: [{ triage, weight: 1 }],
      problem: `more than ${mostLines} lines`,
    };
  }
  const before = treeOf(parse, language, texts.agent.join('\n'));
  const after = agent === human ? before : treeOf(parse, language, texts.human.join('\n'));
  const isRead = before.problem === undefined && after.problem === undefined;
  const trees = isRead ? { agent: before.tree, human: after.tree } : { agent: emptyTree, human: emptyTree };
  const change = changeOf(language, texts, align(texts.agent, texts.human), trees);
  const found = isRead && agent !== human ? findingsOf(change) : change.parts.map(() => []);
  const formOf = formsIn({ path: file.path, agent: texts.agent.join('\n'), human: texts.human.join('\n') });
  const triages = change.parts.map((part, at) =>
    judge(change, part, found[at] ?? [], { texts, circumstances, formOf }),
  );
  // The work going on has guards and awaits in it that correct nothing.
  const findings = found.map((each, at) => (canCorrect(triages[at]) ? each : []));
  return {
    stretches: change.parts.map((part, at) => ({
      ...stretchOf(file.path, language, texts, part.stretch),
      triage: triages[at]?.triage ?? 'unknown',
      detectors: [...new Set((findings[at] ?? []).map((finding) => finding.detector))],
    })),
    triages,
    findings: findings.flat(),
    occurrences: isRead ? occurrencesOf(change, findings.flat(), file.path) : [],
    problem: before.problem ?? after.problem,
    didNotParse:
      isRead && !file.isPartial && hasErrors(before.tree) && after.tree.nodes.length > 0 && !hasErrors(after.tree),
  };
}

const canCorrect = (judged: StretchTriage | undefined) =>
  judged !== undefined && judged.triage !== 'evolution' && judged.triage !== 'unknown' && judged.triage !== 'cosmetic';
const hasErrors = (tree: Tree) => tree.byKind.has('ERROR');

function judge(
  change: Change,
  part: Part,
  findings: readonly Finding[],
  {
    texts,
    circumstances,
    formOf,
  }: { texts: Texts; circumstances: ReadCircumstances; formOf: ReturnType<typeof formsIn> },
): StretchTriage {
  const { aFrom, aTo, bFrom, bTo } = part.stretch;
  const piece = {
    language: change.language,
    before: texts.agent.slice(blockFrom(change, texts.agent, aFrom), aTo).join('\n'),
    after: texts.human.slice(blockFrom(change, texts.human, bFrom), bTo).join('\n'),
  };
  return triageOf(
    {
      ...piece,
      form: formOf(part.stretch, piece),
      part,
      findings: findings.map((finding) => finding.detector),
      renames: change.renames(),
    },
    circumstances,
  );
}

/** In Python the line above tells to which block the first one belongs. */
function blockFrom({ language }: Change, lines: readonly string[], from: number): number {
  if (language !== 'python') return from;
  let above = from - 1;
  while (above >= 0 && lines[above]?.trim() === '') above--;
  return above >= 0 && lines[above] !== gapLine ? above : from;
}

type Texts = { agent: string[]; human: string[] };

/** What the parser cannot take says why; nothing that a person may send throws. */
function treeOf(parse: Parse, language: ComparedLanguage, text: string): { tree: Tree; problem: string | undefined } {
  if (language === 'text' || language === 'json' || text.trim() === '') return { tree: emptyTree, problem: undefined };
  const parsed = parse(language, text);
  return parsed.tree ? parsed : { tree: emptyTree, problem: parsed.problem };
}

const stretchOf = (path: string, language: string, texts: Texts, { aFrom, aTo, bFrom, bTo }: Part['stretch']) => ({
  path,
  language,
  before: { from: aFrom + 1, to: aTo, text: shown(texts.agent.slice(aFrom, aTo)) },
  after: { from: bFrom + 1, to: bTo, text: shown(texts.human.slice(bFrom, bTo)) },
});
const shown = (lines: string[]) => lines.filter((line) => line !== gapLine).join('\n');

function summed(occurrences: readonly Occurrence[]): Occurrence[] {
  const byKey = new Map<string, Occurrence>();
  for (const each of occurrences) {
    const key = `${each.detector} ${each.language}`;
    const known = byKey.get(key);
    byKey.set(
      key,
      known
        ? {
            ...known,
            changed: known.changed + each.changed,
            survived: known.survived + each.survived,
            leftAt: [...known.leftAt, ...each.leftAt].slice(0, mostLeftAt),
          }
        : each,
    );
  }
  return [...byKey.values()];
}
