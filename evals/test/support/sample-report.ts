import type { FunctionProblem } from '../../src/problem.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import type { SampleResult } from '../../src/run/result.ts';

/** A run of six problems with every status in it; `text` stands wherever a stranger's words can. */
export function sampleReport({ text }: { text?: string } = {}): ReportData {
  const problem = (id: string, tags: string[]): FunctionProblem => ({
    kind: 'function',
    id,
    prompt: text ?? `Write ${id}.`,
    tags,
    language: 'python',
    entryPoint: id,
    calls: [id],
    handles: [],
    setup: '',
    tests: `assert ${id}(1) == 1`,
    reference: `def ${id}(n): return n`,
    sameProcess: false,
  });
  const result = (
    problemId: string,
    status: SampleResult['status'],
    timeMs: number,
    detail?: string,
  ): SampleResult => ({
    problemId,
    sampleIndex: 0,
    status,
    timeMs,
    ...(detail !== undefined && { detail: text ?? detail }),
  });
  return {
    summary: {
      manifestHash: 'a'.repeat(64),
      reportHash: 'b'.repeat(64),
      dataset: text ?? 'sample',
      subject: { kind: 'model', label: text ?? 'our-model' },
      executor: 'process',
      isComplete: false,
      unpricedCount: 4,
      reusedCount: 0,
      problemCount: 6,
      samplesPerProblem: 1,
      counts: { passed: 2, failed: 1, timeout: 1, error: 1, skipped: 1 },
      passRate: 0.5,
      interval: [0.15, 0.85],
      bracket: [1 / 3, 2 / 3],
      passAtK: { 1: 0.5 },
      avgTimeMs: 400,
      medianTimeMs: 40,
      p95TimeMs: 3000,
      weakerCount: 0,
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:01:00.000Z',
    },
    manifest: [['data set', text ?? 'sample']],
    problems: [
      problem('add', ['numbers']),
      problem('double', ['numbers']),
      problem('sum_of', ['numbers']),
      problem('words', ['text']),
      problem('lines', ['text']),
      problem('pages', ['text', 'numbers']),
    ],
    results: [
      result('add', 'passed', 10),
      result('double', 'passed', 20),
      result('sum_of', 'failed', 30, 'Traceback\nAssertionError: got 3'),
      result('words', 'timeout', 3000, 'time limit of 3 s'),
      result('lines', 'error', 5, 'the sandbox did not start'),
      result('pages', 'skipped', 0, 'the budget is spent'),
    ],
    spokenOf: () => ({ answer: text ?? 'def add(a): …', request: text ?? 'Write it.', response: text ?? 'Here.' }),
  };
}
