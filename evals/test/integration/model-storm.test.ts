import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset, FunctionProblem } from '../../src/problem.ts';
import type { SampleResult } from '../../src/run/result.ts';
import { runEval } from '../../src/run/run.ts';
import { openSandbox } from '../../src/sandbox/open.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { modelSolver } from '../../src/solvers/model/model-solver.ts';
import { startOpenAiStandIn, type StandInFault, type StandInOptions } from '../../../test/support/openai-stand-in.ts';

const size = 100;

const problemOf = (index: number): FunctionProblem => ({
  kind: 'function',
  id: `shift/${index}`,
  prompt: `Add ${index} to a number.`,
  tags: [],
  language: 'python',
  entryPoint: `shift_${index}`,
  calls: [`shift_${index}`],
  handles: [],
  setup: '',
  tests: `assert shift_${index}(1) == ${index + 1}\nassert shift_${index}(-1) == ${index - 1}\n`,
  reference: `def shift_${index}(x):\n    return x + ${index}\n`,
  sameProcess: false,
});
const dataset: Dataset = {
  name: 'shifts',
  sha256: createHash('sha256').update('shifts').digest('hex'),
  problems: Array.from({ length: size }, (_, index) => problemOf(index)),
  preamble: {},
  timeoutMs: 10_000,
};

/** Of 14 answers 9 are right, 4 wrong, and 1 has no code in it. */
const isRight = (index: number) => index % 3 !== 0 && index % 14 !== 1;
function said(index: number): string {
  if (index % 14 === 1 && index % 3 !== 0) return 'I would add the numbers.';
  return `Here it is:\n\`\`\`python\ndef shift_${index}(x):\n    return x + ${isRight(index) ? index : 9999}\n\`\`\``;
}

const draw = (problemId: string, ordinal: number) =>
  createHash('sha256').update(`storm/${problemId}/${ordinal}`).digest().readUInt32BE() / 2 ** 32;

const faults: readonly StandInFault[] = [
  { kind: 'refused', status: 429, retryAfter: '0.4' },
  { kind: 'refused', status: 429, headers: { 'retry-after-ms': '150' } },
  { kind: 'refused', status: 429 },
  { kind: 'refused', status: 503, retryAfter: '0.2' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502, body: '<html><h1>502 Bad Gateway</h1></html>' },
  { kind: 'page' },
  { kind: 'words' },
  { kind: 'other-json' },
  { kind: 'no-choices' },
  { kind: 'error-in-200' },
  { kind: 'reset' },
  { kind: 'cut-body' },
  { kind: 'half-json' },
  { kind: 'never' },
  { kind: 'stuck-body' },
];
const share = 0.3;
/** The same calls fail in the same way, in whatever order they come. */
const storm = (problemId: string, ordinal: number) => {
  const drawn = draw(problemId, ordinal);
  return drawn < share ? faults[Math.floor((drawn / share) * faults.length)] : undefined;
};

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await openSandbox({ workers: 2, hashSeed: 0 }, { e2b: {} })));
afterAll(() => sandbox?.close());

async function run(fault?: StandInOptions['fault']) {
  const standIn = await startOpenAiStandIn({
    answer: ({ messages }) => {
      const index = Number(/shift_(\d+)/.exec(messages[0]!.content)![1]);
      return { problemId: `shift/${index}`, text: said(index) };
    },
    ...(fault && { fault }),
    latencyMs: 5,
  });
  const outDir = join(mkdtempSync(join(tmpdir(), 'whetstone-storm-')), 'out');
  try {
    const summary = await runEval({
      dataset,
      sandbox,
      solver: modelSolver({
        model: 'm-1',
        baseUrl: standIn.baseUrl,
        callTimeoutMs: 4_000,
        retry: { baseMs: 20, maxTries: 6 },
        price: { inputPerMillion: 1, outputPerMillion: 1 },
      }),
      workers: 20,
      outDir,
      seed: 1,
      hashSeed: 0,
      signal: new AbortController().signal,
    });
    const lines = readFileSync(join(outDir, 'results.jsonl'), 'utf8').trimEnd().split('\n');
    const results = lines.map((line) => JSON.parse(line) as SampleResult);
    return {
      summary,
      calls: standIn.calls,
      verdicts: new Map(results.map(({ problemId, status }) => [problemId, status])),
    };
  } finally {
    await standIn.stop();
  }
}
type Run = Awaited<ReturnType<typeof run>>;

describe('a run in which 30 % of the calls are refused, break, are garbage or never answered', () => {
  let calm: Run;
  let stormy: Run;
  const warnings: string[] = [];
  beforeAll(async () => {
    const hear = ({ message }: Error) => void warnings.push(message);
    process.on('warning', hear);
    calm = await run();
    stormy = await run(storm);
    process.off('warning', hear);
  });

  it('leaves no listeners behind', () => {
    expect(warnings).toEqual([]);
  });

  it('is a storm: three calls in ten, and every kind of trouble', () => {
    const broken = stormy.calls.filter(({ fault }) => fault);
    expect(broken.length / stormy.calls.length).toBeGreaterThan(0.25);
    expect(broken.length / stormy.calls.length).toBeLessThan(0.37);
    expect(new Set(broken.map(({ fault }) => fault))).toEqual(new Set(faults.map(({ kind }) => kind)));
  });

  it('has the verdicts that it has without it, and they are the right ones', () => {
    for (const [index, { id }] of dataset.problems.entries())
      expect(calm.verdicts.get(id), id).toBe(isRight(index) ? 'passed' : 'failed');
    expect(Object.fromEntries(stormy.verdicts)).toEqual(Object.fromEntries(calm.verdicts));
    expect(stormy.summary.counts).toEqual(calm.summary.counts);
    expect(stormy.summary).toMatchObject({ passRate: calm.summary.passRate, interval: calm.summary.interval });
    expect(stormy.summary.counts).toMatchObject({ error: 0, skipped: 0, timeout: 0 });
  });

  it('pays for every answer once, and again only for those that were lost on the way', () => {
    const lost = (run: Run) => run.calls.filter(({ billed, delivered }) => billed && !delivered);
    expect(calm.calls.filter(({ billed }) => billed)).toHaveLength(size);
    expect(lost(stormy).length).toBeGreaterThan(0);
    for (const { fault } of lost(stormy)) expect(['cut-body', 'half-json', 'stuck-body']).toContain(fault);
    for (const { id } of dataset.problems)
      expect(
        stormy.calls.filter(({ problemId, delivered }) => problemId === id && delivered),
        id,
      ).toHaveLength(1);
    expect(stormy.summary.costUsd).toBeCloseTo(calm.summary.costUsd!, 12);
  });

  it('never comes back before it was told to', () => {
    const told = stormy.calls.filter(({ notBefore }) => notBefore !== undefined);
    expect(told.length).toBeGreaterThan(0);
    for (const { problemId, ordinal, notBefore } of told) {
      const next = stormy.calls.find((call) => call.problemId === problemId && call.ordinal === ordinal + 1);
      expect(next!.arrivedAt).toBeGreaterThanOrEqual(notBefore! - 2);
    }
  });
});

describe('a problem for which the model can never be reached', () => {
  it('is an error, no failure, and changes nothing for the others', async () => {
    const dead = new Set(['shift/2', 'shift/3']);
    const { summary, verdicts } = await run((id) => (dead.has(id) ? { kind: 'status', status: 500 } : undefined));
    expect(
      [...verdicts]
        .filter(([, status]) => status === 'error')
        .map(([id]) => id)
        .toSorted(),
    ).toEqual([...dead]);
    const right = dataset.problems.filter(({ id }, index) => isRight(index) && !dead.has(id)).length;
    expect(summary.counts).toMatchObject({ passed: right, failed: size - 2 - right, error: 2 });
    expect(summary.passRate).toBe(right / (size - 2));
  });
});
