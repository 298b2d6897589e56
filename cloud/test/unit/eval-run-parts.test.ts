import type { EvalRunRequest } from '@whetstone/shared/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedAttempt, shortDetail } from '../../src/features/evals/runs/bounded.ts';
import { cutPlan, cuttingOf } from '../../src/features/evals/runs/cut-plan.ts';
import { identityOf, keptRequest } from '../../src/features/evals/runs/identity.ts';
import { bracketOf, progressOf } from '../../src/features/evals/runs/progress.ts';
import { nextLookMs } from '../../src/features/evals/runs/shard/next-look.ts';
import { changeOf } from '../../src/features/evals/runs/shard/write.ts';
import { taskTypesOf } from '../../src/features/evals/runs/task-types.ts';

describe('a plan', () => {
  it('is cut without losing, repeating or reordering a sample, and keeps to the workers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30_000 }),
        fc.integer({ min: 100, max: 2_000_000 }),
        fc.integer({ min: 1, max: 50 }),
        (count, timeoutMs, workers) => {
          const plan = Array.from({ length: count }, (_, index) => index);
          const { size, width, lanes } = cuttingOf(count, { timeoutMs, workers });
          const shards = cutPlan(plan, size);
          expect(shards.flatMap(({ samples }) => samples)).toEqual(plan);
          expect(shards.every(({ first, samples }) => samples[0] === first && samples.length <= size)).toBe(true);
          expect(shards.length).toBeLessThanOrEqual(Math.max(500, Math.ceil(count / 10)));
          expect(width).toBeGreaterThanOrEqual(1);
          expect(width * lanes).toBeGreaterThanOrEqual(workers);
          expect(width * (lanes - 1)).toBeLessThan(workers);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('has parts of ten samples where these are quick, and of fewer where one may take long', () => {
    const sizeFor = (timeoutMs: number) => cuttingOf(164, { timeoutMs, workers: 10 }).size;
    expect([3_000, 10_000, 30_000, 60_000, 600_000].map(sizeFor)).toEqual([10, 10, 3, 1, 1]);
  });
});

describe('who is measured', () => {
  const manifest = { kind: 'model' as const, label: 'm' };
  const of = (subject: EvalRunRequest['subject'], commit?: string) =>
    identityOf({ dataset: 'starter', subject, ...(commit && { commit }) }, manifest);

  it('stays one line while prompts, guidance and commits change, each of which is a build', () => {
    const plain = of({ kind: 'model', model: 'm' });
    const changed = [
      of({ kind: 'model', model: 'm', promptVersion: '2' }),
      of({ kind: 'model', model: 'm', guidance: 'Be brief.', guidanceVersion: '3' }),
      of({ kind: 'model', model: 'm' }, 'abcdef0'),
    ];
    for (const each of changed) expect(each.subjectKey).toBe(plain.subjectKey);
    expect(new Set([plain, ...changed].map(({ buildId }) => buildId)).size).toBe(4);
  });

  it('is another line with other parameters, or under another name', () => {
    const keys = [
      of({ kind: 'model', model: 'm' }),
      of({ kind: 'model', model: 'm', params: { temperature: 0 } }),
      of({ kind: 'model', model: 'm', label: 'mine' }),
      of({ kind: 'command', command: 'm' }),
    ].map(({ subjectKey }) => subjectKey);
    expect(new Set(keys).size).toBe(4);
    expect(of({ kind: 'model', model: 'm', params: { temperature: 0 } }).label).toBe('m (temperature 0)');
  });

  it('is kept without recorded answers, and told by their hash', () => {
    const subject = { kind: 'samples' as const, samples: [{ task_id: 'a', solution: 'x' }] };
    expect(keptRequest({ dataset: 'starter', subject })).toEqual({ dataset: 'starter', subject: { kind: 'samples' } });
    const identity = (sha256: string) =>
      identityOf({ dataset: 'starter', subject }, { kind: 'samples', label: 'x', sha256 });
    expect(identity('a'.repeat(64)).label).toBe('samples aaaaaaaa');
    expect(identity('a'.repeat(64)).buildId).not.toBe(identity('b'.repeat(64)).buildId);
  });
});

describe('what is kept of a sample', () => {
  const attempt = (text: string, words = '') => ({
    answer: { kind: 'program' as const, text },
    usage: { costUsd: 1 },
    solveMs: 2,
    transcript: { request: words, response: words },
  });

  it('is what it is, where people and programs wrote it', () => {
    const usual = attempt('x'.repeat(1_000_000), 'y'.repeat(200_000));
    expect(boundedAttempt(usual)).toEqual(usual);
    expect(shortDetail('z'.repeat(4_000))).toHaveLength(4_000);
  });

  it('is cut with a mark where it is larger, and an answer of more characters is none', () => {
    const { answer, transcript, ...rest } = boundedAttempt(attempt('x'.repeat(1_000_001), `a${'y'.repeat(300_000)}z`));
    expect(answer).toEqual({
      kind: 'none',
      reason: 'the answer has 1000001 characters, more than the 1000000 that are kept',
    });
    expect(transcript?.response).toMatch(/^ay+\n\[whetstone: 100002 characters left out\]\ny+z$/);
    expect(transcript?.response.length).toBeLessThan(201_000);
    expect(rest).toEqual({ usage: { costUsd: 1 }, solveMs: 2 });
    expect(shortDetail('z'.repeat(5_000))).toMatch(/^z{3999}…$/);
  });
});

it('looks for a sandbox after pauses that double, for a quarter of an hour', () => {
  const looks: number[] = [];
  let nowMs = 1_000;
  for (let inMs = nextLookMs(1_000, nowMs); inMs !== undefined; inMs = nextLookMs(1_000, nowMs)) {
    nowMs += inMs;
    looks.push((nowMs - 1_000) / 1_000);
  }
  expect(looks).toEqual([10, 20, 40, 80, 160, 280, 400, 520, 640, 760, 880, 900]);
  // A clock that was set back waits no longer for that.
  expect(nextLookMs(1_000_000, 0)).toBe(10_000);
});

describe('sums of a run', () => {
  it('take back what a result replaces', () => {
    const results = [
      { problem: 0, result: { problemId: 'a', sampleIndex: 0, status: 'passed' as const, timeMs: 1 } },
      { problem: 1, result: { problemId: 'b', sampleIndex: 0, status: 'timeout' as const, timeMs: 1 } },
      { problem: 2, result: { problemId: 'c', sampleIndex: 0, status: 'failed' as const, timeMs: 1 } },
    ];
    const written = [
      { problem: 0, sample: 0, before: 'error' as const },
      { problem: 1, sample: 0, before: undefined },
    ];
    expect(changeOf(written, results)).toEqual({ passed: 1, failed: 0, error: -1, timeout: 1, skipped: 0 });
  });

  it('say nothing of a rate before the first verdict, and bracket what is missing', () => {
    const counts = { passed: 0, failed: 0, error: 2, timeout: 0, skipped: 1 };
    expect(progressOf(counts, 10, 0)).toMatchObject({ done: 3, total: 10, passRate: null, interval: null });
    expect(bracketOf(counts, 10)).toEqual([0, 1]);
    expect(bracketOf({ ...counts, passed: 4, failed: 1, timeout: 1 }, 10)).toEqual([0.4, 0.8]);
  });
});

it('names kinds of task by the tags of problems, with their places', () => {
  expect(taskTypesOf([{ tags: ['b', 'a', 'a'] }, { tags: [] }, { tags: ['a'] }])).toEqual({ a: [0, 2], b: [0] });
});
