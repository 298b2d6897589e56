import { EvalSubmission, parseInput } from '@whetstone/shared/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evalFunctions } from '../../src/eval-functions.ts';
import { createWhetstone } from '../../src/cloud-client.ts';
import type { EvalRunReport } from '../../src/eval-run-report.ts';
import { evalRunBody } from '../../src/offline/eval-run-body.ts';
import { pendingRecords } from '../../src/offline/outbox/inspect.ts';
import { redact } from '../../src/redact/redact.ts';
import { newOutbox } from '../support/outbox.ts';
import { newStateDir } from '../support/reader.ts';

const nowMs = Date.UTC(2026, 10, 25);
const report: EvalRunReport = { model: 'some-model', problem: 'fix-the-parser', passed: true };

/** What would be sent for a report, as JSON has it; throws when the cloud would not take it. */
function sent(more: object, namesPeople = true) {
  const made = evalRunBody({ ...report, ...more }, { nowMs, namesPeople });
  if ('problem' in made) throw new Error(made.problem);
  const body: unknown = JSON.parse(JSON.stringify(redact(made.body)));
  parseInput(EvalSubmission, body);
  return body as Record<string, unknown>;
}

describe('what is told of a run', () => {
  it('is what the program said, and when', () => {
    const code = [{ op: 'replace', path: 'src/a.ts', text: 'const a = 1;' }];
    expect(sent({ cost: 0.02, timeMs: 1_200, code, taskId: 't-1', flags: { 'new-prompt': 'on' } })).toEqual({
      ...report,
      costUsd: 0.02,
      timeMs: 1_200,
      code,
      taskId: 't-1',
      flags: { 'new-prompt': 'on' },
      at: '2026-11-25T00:00:00.000Z',
    });
    expect(sent({ costUsd: 0.03, cost: 0.02 })).toMatchObject({ costUsd: 0.03 });
  });

  it.each([NaN, Infinity, -1, -0.01, 1e12, '0.02', null, undefined])(
    'leaves out a cost of %s, which is none',
    (cost) => {
      expect(sent({ cost, timeMs: cost })).toEqual({ ...report, at: expect.any(String) });
    },
  );

  it('keeps the outcome where the code cannot be sent, and says why', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const deep = JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown;
    const omitted = { omitted: expect.any(String) };
    for (const code of [circle, 1n, deep, 'x'.repeat(10_000_000)])
      expect(sent({ code })).toMatchObject({ code: omitted });
    expect(sent({ code: () => 1 })).not.toHaveProperty('code');
    expect(sent({ code: { text: 'nul \0, half \ud83d', when: new Date(0) } })).toMatchObject({
      code: { text: 'nul \ufffd, half \ufffd', when: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('holds no secret, and no person who asked not to be tracked', () => {
    const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
    expect(JSON.stringify(sent({ code: { [`x ${token}`]: [token] }, problem: `with ${token}` }))).not.toContain(token);
    expect(sent({ userId: 'kim' })).toMatchObject({ userId: 'kim' });
    expect(sent({ userId: 'kim' }, false)).not.toHaveProperty('userId');
  });

  it('is taken by the cloud, whatever callers without types put into it', () => {
    const names = [
      'costUsd',
      'cost',
      'timeMs',
      'code',
      'taskId',
      'taskType',
      'commit',
      'userId',
      'repoId',
      'flags',
      'guidanceVersion',
    ];
    const value = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
      fc.string({ unit: 'binary', maxLength: 2_000 }),
      fc.double(),
      fc.dictionary(fc.string(), fc.string()),
    );
    const name = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text.trim() !== '');
    const anything = fc.record(
      { model: name, ...Object.fromEntries(names.map((name) => [name, value])) },
      { requiredKeys: ['model'] },
    );
    fc.assert(
      fc.property(anything, (more) => {
        sent(more);
      }),
      { numRuns: 100 },
    );
  });
});

describe('submitEvalRun', () => {
  it.each([
    [undefined, '`model`'],
    [{ ...report, model: '' }, '`model`'],
    [{ ...report, model: ' \n' }, '`model`'],
    [{ ...report, problem: 7 }, '`problem`'],
    [{ ...report, problem: '\t' }, '`problem`'],
    [{ ...report, passed: 'yes' }, '`passed`'],
  ])('says what is missing in %j, and throws nothing', async (wrong, names) => {
    const { outbox } = newOutbox();
    const { submitEvalRun } = evalFunctions({
      recording: { record: outbox.append },
      nowMs: () => nowMs,
      namesPeople: true,
    });
    const told = await submitEvalRun(wrong as unknown as EvalRunReport);
    expect(told).toEqual({ accepted: false, reason: expect.stringContaining(names) });
  });

  it('is accepted when the disk has it, and names the record that is sent', async () => {
    const { outbox, directory } = newOutbox();
    const { submitEvalRun } = evalFunctions({
      recording: { record: outbox.append },
      nowMs: () => nowMs,
      namesPeople: true,
    });
    const told = await submitEvalRun({ ...report, cost: 0.02 });
    await outbox.close();
    const [record, ...more] = await pendingRecords(directory);
    expect(told).toEqual({ accepted: true, id: record!.id });
    expect(record).toMatchObject({ operation: 'submitEvalRun', body: { ...report, costUsd: 0.02 } });
    expect(more).toEqual([]);
  });

  it('says so where there is no cloud to tell', async () => {
    const whetstone = createWhetstone({ apiKey: '', stateDir: newStateDir() });
    expect(await whetstone.submitEvalRun(report)).toEqual({
      accepted: false,
      reason: expect.stringContaining('WHETSTONE_API_KEY'),
    });
    await whetstone.close();
  });
});
