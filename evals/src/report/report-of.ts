import type { Dataset } from '../problem.ts';
import type { RecordedRun } from '../run/read-run.ts';
import { sampleKey } from '../run/result.ts';
import type { Answer } from '../solvers/solver.ts';
import type { ReportData, Spoken } from './report-data.ts';

/** Beyond this the page would be too large to open; results.jsonl and generations.jsonl have it all. */
const mostCharacters = 20_000_000;

export async function reportOf(run: RecordedRun, { problems }: Pick<Dataset, 'problems'>): Promise<ReportData> {
  const spoken = new Map<string, Spoken>();
  let room = mostCharacters;
  // What did not pass is what people look into: it comes first where not everything fits.
  const wanted = run.results.toSorted((a, b) => Number(a.status === 'passed') - Number(b.status === 'passed'));
  for (const { problemId, sampleIndex } of wanted) {
    if (room <= 0) break;
    const generation = await run.generations(problemId, sampleIndex);
    if (!generation) continue;
    const said = { ...answerText(generation.answer), ...generation.transcript };
    room -= Object.values(said).reduce((sum, text) => sum + text.length, 0);
    if (room > 0) spoken.set(sampleKey(problemId, sampleIndex), said);
  }
  return {
    summary: run.summary,
    manifest: manifestRows(run),
    problems,
    results: run.results,
    spokenOf: (problemId, sampleIndex) => spoken.get(sampleKey(problemId, sampleIndex)),
  };
}

const answerText = (answer: Answer): { answer: string } => ({
  answer: answer.kind === 'none' ? `(no answer: ${answer.reason})` : answer.text,
});

function manifestRows({ manifest, record }: RecordedRun): [string, string][] {
  const { dataset, subject, executor } = manifest;
  const { kind, label, ...rest } = subject;
  return [
    ['Data set', `${dataset.name}, ${dataset.problemIds.length} problems, sha256 ${dataset.sha256}`],
    ['Subject', `${kind} ${label}`],
    ...Object.entries(rest).map(([name, value]): [string, string] => [`Subject: ${name}`, textOf(value)]),
    ...Object.entries(manifest.preamble).map(([language, code]): [string, string] => [`Preamble, ${language}`, code]),
    ['Time limit', `${manifest.timeoutMs} ms`],
    [
      'Sandbox',
      `${executor.tier} (${Object.entries(executor.versions)
        .map((pair) => pair.join(' '))
        .join(', ')})`,
    ],
    ...executor.enforces.cannot.map((sentence): [string, string] => ['It cannot', sentence]),
    [
      'Environment',
      Object.entries(manifest.env)
        .map((pair) => pair.join('='))
        .join(' '),
    ],
    ['Seed', String(manifest.seed)],
    ['Harness', manifest.harnessVersion],
    ['Manifest hash', record.manifestHash],
    ...(record.origin.regradeOf ? [['Graded again from', record.origin.regradeOf] as [string, string]] : []),
  ];
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
