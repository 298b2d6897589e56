import { WhetstoneError } from '@whetstone/shared/errors';
import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  answerWith,
  gradeByWord,
  idleSandbox,
  scriptedRun,
  scriptedSolver,
  syntheticDataset,
} from '../../../test/support/scripted-run.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { openGenerationCache } from '../../src/run/generation-cache.ts';
import { readRun } from '../../src/run/read-run.ts';
import type { SampleResult } from '../../src/run/result.ts';
import { runEval } from '../../src/run/run.ts';

const linesOf = (dir: string, name: string) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n');
const resultsOf = (dir: string) => linesOf(dir, 'results.jsonl').map((line) => JSON.parse(line) as SampleResult);
const freshDir = () => mkdtempSync(join(tmpdir(), 'whetstone-cache-'));

describe('a run', () => {
  it('leaves a line per sample, the answers, the manifest and the summary', async () => {
    const options = scriptedRun({
      solver: scriptedSolver(async (id) =>
        answerWith(id === 'p/3' ? 'fails' : id === 'p/4' ? 'hangs' : 'passes', 0.01),
      ),
    });
    const summary = await runEval(options);
    expect(summary.counts).toEqual({ passed: 8, failed: 1, timeout: 1, error: 0, skipped: 0 });
    expect(summary).toMatchObject({ passRate: 0.8, isComplete: true, problemCount: 10 });
    expect(summary.costUsd).toBeCloseTo(0.1, 12);
    expect(summary.costPerSolvedUsd).toBeCloseTo(0.0125, 12);
    expect(resultsOf(options.outDir)).toHaveLength(10);
    expect(linesOf(options.outDir, 'generations.jsonl')).toHaveLength(10);
    const run = await readRun(options.outDir);
    expect(run.summary).toEqual(summary);
    expect(JSON.parse(readFileSync(join(options.outDir, 'summary.json'), 'utf8'))).toEqual(summary);
    expect((await run.generations('p/3', 0))?.answer).toEqual({ kind: 'program', text: 'fails' });
  });

  it('has every answer on disk before it is graded, and every verdict before it is told', async () => {
    const seen: string[] = [];
    const options = scriptedRun();
    await runEval({
      ...options,
      grade: async (problem, answer, signal) => {
        if (!linesOf(options.outDir, 'generations.jsonl').some((line) => line.includes(`"${problem.id}"`)))
          seen.push(`graded before it was kept: ${problem.id}`);
        return gradeByWord(problem, answer, signal);
      },
      onEvent: (event) => {
        if (event.type !== 'result') return;
        if (!resultsOf(options.outDir).some(({ problemId }) => problemId === event.result.problemId))
          seen.push(`told before it was kept: ${event.result.problemId}`);
        seen.push('told');
      },
    });
    expect(seen).toEqual(Array.from({ length: 10 }, () => 'told'));
  });

  it('asks no more at a time than it has workers, and keeps them all busy', async () => {
    let now = 0;
    let most = 0;
    const options = scriptedRun({ dataset: syntheticDataset(60), workers: 7 });
    await runEval({
      ...options,
      solver: scriptedSolver(async () => {
        most = Math.max(most, ++now);
        await new Promise((later) => setTimeout(later, 2));
        now -= 1;
        return answerWith('passes');
      }),
    });
    expect(most).toBe(7);
  });

  it('does not ask further while as many answers as it has workers wait for their grading', async () => {
    let asked = 0;
    let graded = 0;
    let furthest = 0;
    const options = scriptedRun({ dataset: syntheticDataset(100), workers: 4 });
    await runEval({
      ...options,
      solver: scriptedSolver(async () => {
        furthest = Math.max(furthest, ++asked - graded);
        return answerWith('passes');
      }),
      grade: async () => {
        await new Promise((later) => setTimeout(later, 1));
        graded += 1;
        return { status: 'passed', gradeMs: 1 };
      },
    });
    // 4 that are asked for or wait to be handed on, 4 in the backlog, and a verdict or two on their way to the disk.
    expect(furthest).toBeLessThanOrEqual(12);
  });

  it('does samples in an order that the seed decides', async () => {
    const orderOf = async (seed: number) => {
      const order: string[] = [];
      const solver = scriptedSolver(async (id) => (order.push(id), answerWith('passes')));
      await runEval(scriptedRun({ seed, solver, workers: 1 }));
      return order;
    };
    expect(await orderOf(1)).toEqual(await orderOf(1));
    expect(await orderOf(1)).not.toEqual(await orderOf(2));
  });

  it('refuses a sandbox that does not know the language, and an empty choice of problems', async () => {
    const sandbox = { ...idleSandbox, languages: ['javascript' as const] };
    await expect(runEval(scriptedRun({ sandbox }))).rejects.toThrow(/problems in python/);
    await expect(runEval(scriptedRun({ problems: [] }))).rejects.toThrow(/--problems/);
  });
});

describe('trouble that is not the subject’s', () => {
  const moody = (failures: number) => {
    const tries = new Map<string, number>();
    return scriptedSolver(async (id) => {
      const count = (tries.get(id) ?? 0) + 1;
      tries.set(id, count);
      if (id === 'p/2' && count <= failures) throw new WhetstoneError('unavailable', 'the endpoint is down');
      return answerWith('passes');
    });
  };

  it('is tried once more after all others', async () => {
    const events: RunEvent[] = [];
    const summary = await runEval(scriptedRun({ solver: moody(1), onEvent: (event) => void events.push(event) }));
    expect(summary.counts.passed).toBe(10);
    expect(events.find(({ type }) => type === 'again')).toMatchObject({
      sampleCount: 1,
      detail: 'the endpoint is down',
    });
  });

  it('is an error that does not touch the pass rate, and is done again by the same command', async () => {
    const options = scriptedRun({ solver: moody(2) });
    const first = await runEval(options);
    expect(first.counts).toMatchObject({ passed: 9, error: 1 });
    expect(first).toMatchObject({ passRate: 1, bracket: [0.9, 1], isComplete: false });
    expect(resultsOf(options.outDir)).toContainEqual(
      expect.objectContaining({ problemId: 'p/2', status: 'error', detail: 'the endpoint is down' }),
    );
    const second = await runEval(options);
    expect(second.counts).toMatchObject({ passed: 10, error: 0 });
    expect(resultsOf(options.outDir)).toHaveLength(10);
    expect(second.reportHash).toBe((await runEval(scriptedRun({ solver: moody(0) }))).reportHash);
  });

  it('of a sandbox is graded again once, and the answer is not asked for again', async () => {
    let gradings = 0;
    let asks = 0;
    const options = scriptedRun({
      dataset: syntheticDataset(1),
      solver: scriptedSolver(async () => (asks++, answerWith('passes', 1))),
      grade: async () => {
        gradings += 1;
        return gradings <= 2 ? { status: 'error', detail: 'jail broke', gradeMs: 0 } : { status: 'passed', gradeMs: 0 };
      },
    });
    expect((await runEval(options)).counts.error).toBe(1);
    expect(resultsOf(options.outDir)[0]).toMatchObject({ status: 'error', detail: 'jail broke', costUsd: 1 });
    expect(gradings).toBe(2);
    expect((await runEval(options)).counts.passed).toBe(1);
    expect({ gradings, asks }).toEqual({ gradings: 3, asks: 1 });
  });

  it('that no further ask can do without ends the asking, keeps what is there and is told', async () => {
    let isKeyGood = true;
    let asks = 0;
    const options = scriptedRun({
      workers: 1,
      solver: scriptedSolver(async () => {
        if (++asks === 4) isKeyGood = false;
        if (!isKeyGood) throw new WhetstoneError('unauthorized', 'the API key is wrong');
        return answerWith('passes');
      }),
    });
    await expect(runEval(options)).rejects.toThrow('the API key is wrong');
    expect(asks).toBe(4);
    expect((await readRun(options.outDir)).summary.counts).toMatchObject({ passed: 3, error: 1, skipped: 6 });
    const resumed = await runEval({ ...options, solver: scriptedSolver(async () => (asks++, answerWith('passes'))) });
    expect(resumed.counts.passed).toBe(10);
    expect(asks).toBe(4 + 7);
  });

  it('that is a bug of ours rises', async () => {
    const solver = scriptedSolver(async () => {
      throw new TypeError('a bug');
    });
    await expect(runEval(scriptedRun({ solver }))).rejects.toThrow(TypeError);
  });
});

describe('the same command again', () => {
  it('asks and grades nothing when all is there', async () => {
    const options = scriptedRun();
    const first = await runEval(options);
    const never = async () => {
      throw new Error('asked again');
    };
    const second = await runEval({ ...options, solver: scriptedSolver(never), grade: never });
    expect(second.reportHash).toBe(first.reportHash);
  });

  it('grades answers that had no verdict yet without asking for them', async () => {
    const options = scriptedRun();
    const { reportHash } = await runEval(options);
    writeFileSync(join(options.outDir, 'results.jsonl'), '');
    const events: RunEvent[] = [];
    const solver = scriptedSolver(() => Promise.reject(new Error('asked again')));
    const again = await runEval({ ...options, solver, onEvent: (event) => void events.push(event) });
    expect(again.reportHash).toBe(reportHash);
    expect(events[0]).toMatchObject({ type: 'started', doneBefore: 0, answeredBefore: 10 });
  });

  it('takes away a line that was cut off in its write, at any byte', async () => {
    const options = scriptedRun({ dataset: syntheticDataset(2) });
    const { reportHash } = await runEval(options);
    for (const name of ['results.jsonl', 'generations.jsonl']) {
      const whole = readFileSync(join(options.outDir, name));
      for (let bytes = 1; bytes <= whole.length; bytes += 17) {
        // A verdict whose answer is not on disk cannot be.
        writeFileSync(join(options.outDir, 'results.jsonl'), name === 'results.jsonl' ? whole : '');
        truncateSync(join(options.outDir, name), whole.length - bytes);
        expect((await runEval(options)).reportHash).toBe(reportHash);
        expect(new Set(linesOf(options.outDir, name)).size).toBe(2);
      }
    }
  });

  it('is refused for a line that is damaged, with file and line', async () => {
    const options = scriptedRun();
    await runEval(options);
    const file = join(options.outDir, 'generations.jsonl');
    const lines = linesOf(options.outDir, 'generations.jsonl');
    writeFileSync(file, `${lines.with(3, lines[3]!.slice(0, 40)).join('\n')}\n`);
    await expect(runEval(options)).rejects.toThrow(`${file}, line 4:`);
    writeFileSync(file, `${[...lines, lines[0]].join('\n')}\n`);
    await expect(runEval(options)).rejects.toThrow(`${file}, line 11: sample 0 of`);
  });

  it('is refused in the directory of another run, naming what differs', async () => {
    const options = scriptedRun();
    await runEval(options);
    await expect(runEval({ ...options, seed: 2, timeoutMs: 9 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/timeoutMs \(1000 there, 9 now\).*seed \(1 there, 2 now\)/),
    });
    // What changes no verdict may change.
    await runEval({ ...options, workers: 9, budgetUsd: 3, allowUnknownPrice: true });
  });

  it('is refused beside itself, naming the process', async () => {
    const options = scriptedRun();
    const both = await Promise.allSettled([runEval(options), runEval(options)]);
    const refused = both.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      reason: { code: 'conflict', message: expect.stringContaining(`${process.pid}`) },
    });
  });
});

describe('a budget', () => {
  const priced = (costUsd: number, worst: number) => {
    const spent = { usd: 0, asks: 0 };
    const solver = scriptedSolver(
      async () => {
        spent.usd += costUsd;
        spent.asks += 1;
        return answerWith('passes', costUsd);
      },
      { worstCaseUsd: () => worst },
    );
    return { solver, spent };
  };

  it('starts no ask that could pass it, and says of the others that they were skipped', async () => {
    const { solver, spent } = priced(0.1, 0.4);
    const options = scriptedRun({ solver, budgetUsd: 0.75 });
    const summary = await runEval(options);
    // After four, 0.4 is paid and 0.4 more could be 0.8.
    expect(spent.asks).toBe(4);
    expect(summary.counts).toMatchObject({ passed: 4, skipped: 6 });
    expect(resultsOf(options.outDir).find(({ status }) => status === 'skipped')?.detail).toContain('$0.75');
    const richer = await runEval({ ...options, budgetUsd: 5 });
    expect(richer.counts.passed).toBe(10);
    expect(spent.asks).toBe(10);
  });

  it('counts what earlier sessions paid', async () => {
    const { solver, spent } = priced(0.1, 0.1);
    const options = scriptedRun({ solver, budgetUsd: 0.5 });
    await runEval(options);
    await runEval(options);
    expect(spent.asks).toBe(5);
  });

  it('is refused where nobody knows the price, naming the flag', async () => {
    await expect(runEval(scriptedRun({ budgetUsd: 1 }))).rejects.toThrow('--allow-unknown-price');
    const { counts } = await runEval(scriptedRun({ budgetUsd: 1, allowUnknownPrice: true }));
    expect(counts.passed).toBe(10);
  });
});

describe('the cache of answers', () => {
  const counted = (text = 'passes') => {
    const asked = { count: 0 };
    return { asked, solver: scriptedSolver(async () => (asked.count++, answerWith(text, 0.5))) };
  };

  it('serves what was paid for once, and keeps its cost apart from what is paid now', async () => {
    const cache = openGenerationCache(freshDir());
    const { asked, solver } = counted();
    const first = await runEval(scriptedRun({ solver, cache }));
    const second = await runEval(scriptedRun({ solver, cache }));
    expect(asked.count).toBe(10);
    expect(first).toMatchObject({ costUsd: 5, paidUsd: 5, reusedCount: 0 });
    expect(second).toMatchObject({ costUsd: 5, paidUsd: 0, reusedCount: 10, reportHash: first.reportHash });
  });

  it('is not asked by repeats', async () => {
    const cache = openGenerationCache(freshDir());
    const { asked, solver } = counted();
    await runEval(scriptedRun({ solver, cache }));
    await runEval(scriptedRun({ solver, cache, samplesPerProblem: 2 }));
    expect(asked.count).toBe(10 + 20);
  });

  it('never serves an empty answer, nor the answer to another question', async () => {
    const cache = openGenerationCache(freshDir());
    const empty = counted('  \n');
    await runEval(scriptedRun({ solver: empty.solver, cache }));
    await runEval(scriptedRun({ solver: empty.solver, cache }));
    expect(empty.asked.count).toBe(20);

    const { asked, solver } = counted();
    await runEval(scriptedRun({ solver, cache }));
    await runEval(scriptedRun({ solver: { ...solver, subject: { ...solver.subject, temperature: 1 } }, cache }));
    expect(asked.count).toBe(20);
  });

  it('that cannot be written is told once and stops nothing', async () => {
    const file = join(freshDir(), 'file');
    writeFileSync(file, '');
    const warnings: RunEvent[] = [];
    const { counts } = await runEval(
      scriptedRun({
        cache: openGenerationCache(join(file, 'below')),
        onEvent: (event) => void (event.type === 'warning' && warnings.push(event)),
      }),
    );
    expect(counts.passed).toBe(10);
    expect(warnings).toHaveLength(1);
  });
});

describe('an interrupted run', () => {
  it('lets what is in flight end, begins nothing, and goes on later as if nothing had been', async () => {
    const stop = new AbortController();
    let asks = 0;
    const options = scriptedRun({ dataset: syntheticDataset(40) });
    const solver = scriptedSolver(async () => {
      if (++asks === 12) stop.abort();
      await new Promise((later) => setTimeout(later, 1));
      return answerWith('passes');
    });
    const cut = await runEval({ ...options, solver, signal: stop.signal });
    expect(cut.counts.error).toBe(0);
    expect(cut.counts.skipped).toBeGreaterThan(20);
    expect(cut.isComplete).toBe(false);
    const whole = await runEval({ ...options, solver });
    expect(asks).toBe(40);
    const undisturbed = await runEval(scriptedRun({ dataset: syntheticDataset(40), solver }));
    expect(whole.reportHash).toBe(undisturbed.reportHash);
  });

  it('ends a subject and a sandbox that do not listen', async () => {
    const stop = new AbortController();
    const options = scriptedRun({ signal: stop.signal, graceMs: 20 });
    const hung = runEval({ ...options, solver: scriptedSolver(() => (stop.abort(), new Promise(() => {}))) });
    expect((await hung).counts.skipped).toBe(10);

    const again = new AbortController();
    const grade = () => (again.abort(), new Promise<never>(() => {}));
    const { counts } = await runEval({ ...options, signal: again.signal, grade });
    expect(counts.skipped).toBe(10);
    expect((await runEval({ ...options, signal: new AbortController().signal })).counts.passed).toBe(10);
  });
});

describe('repeats and recorded samples', () => {
  it('estimates pass@k and pass^k', async () => {
    const solver = scriptedSolver(async (id, index) => answerWith(index === 0 || id === 'p/0' ? 'passes' : 'fails'));
    const summary = await runEval(scriptedRun({ solver, dataset: syntheticDataset(2), samplesPerProblem: 2 }));
    expect(summary.passAtK).toEqual({ 1: 0.75, 2: 1 });
    expect(summary.passHatK).toBe(0.5);
    expect(summary.passRate).toBe(0.75);
  });

  it('takes as many samples as are recorded, and leaves out a problem that has none', async () => {
    const solver = scriptedSolver(async () => answerWith('passes'), {
      subject: { kind: 'samples', label: 'file' },
      samplesOf: ({ id }) => (id === 'p/0' ? 0 : id === 'p/1' ? 3 : 1),
    });
    const summary = await runEval(scriptedRun({ solver, dataset: syntheticDataset(3) }));
    expect(summary).toMatchObject({ problemCount: 2, samplesPerProblem: 3, isComplete: true });
    expect(summary.counts.passed).toBe(4);
  });

  it('skips a sample that is known to have no answer', async () => {
    const solver = scriptedSolver(async () => answerWith('passes'), {
      lacks: ({ id }) => (id === 'p/0' ? 'none was recorded' : undefined),
    });
    const options = scriptedRun({ solver, dataset: syntheticDataset(3) });
    expect((await runEval(options)).counts).toMatchObject({ passed: 2, skipped: 1 });
    expect(resultsOf(options.outDir).at(-1)).toMatchObject({ problemId: 'p/0', detail: 'none was recorded' });
  });
});
