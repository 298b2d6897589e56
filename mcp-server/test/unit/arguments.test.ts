import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/tools/arguments.ts';
import { evaluateFlag } from '../../src/tools/evaluate-flag.ts';
import { whetstoneStatus } from '../../src/tools/whetstone-status.ts';

const read = (sent: Record<string, unknown>) => readArguments(evaluateFlag.inputSchema, sent, evaluateFlag.aliases);

describe('arguments of a tool', () => {
  it('pass when they fit', () => {
    const args = { key: 'k', userId: 'kim', attributes: { tier: 'gold' }, default: { any: ['json'] }, explain: true };
    expect(read(args)).toEqual({ kind: 'read', args, repairs: [] });
  });

  it.each([
    [{ flag: 'k' }, { key: 'k' }],
    [{ flagKey: 'k' }, { key: 'k' }],
    [
      { name: 'k', user: 'kim', repo: 'a/b' },
      { key: 'k', userId: 'kim', repoId: 'a/b' },
    ],
    [
      { key: 'k', user_id: 'kim', 'task-type': 'refactor' },
      { key: 'k', userId: 'kim', taskType: 'refactor' },
    ],
  ])('are repaired when the names can mean one thing only, and that is said: %o', (sent, args) => {
    const reading = read(sent);
    expect(reading).toMatchObject({ kind: 'read', args });
    const misnamed = Object.keys(sent).filter((name) => !(name in args));
    expect('repairs' in reading && reading.repairs).toHaveLength(misnamed.length);
  });

  it.each([
    [{}, /key: missing.*new-fixer-prompt/],
    [{ key: null }, /key: missing/],
    [{ key: 7 }, /key: expected string, got 7; write e\.g\. "7"/],
    [{ kee: 'k' }, /kee: no such parameter; did you mean key\?/],
    [{ key: 'k', usrId: 'kim' }, /usrId: no such parameter; did you mean userId\?/],
    [{ key: 'k'.repeat(10_001) }, /key: longer than 10000 characters/],
    [{ key: 'k', explain: 'yes' }, /explain: expected boolean, got "yes"; write e\.g\. true/],
    [{ key: 'k', attributes: ['a'] }, /attributes: expected object/],
    [{ key: 'k', language: 'ts' }, /language: no such parameter; put further attributes into "attributes"/],
    [{ key: 'k', flag: 'other' }, /flag: no such parameter/],
    [{ key: 'k', constructor: 'x' }, /constructor: no such parameter/],
  ])('are refused with the field and a hint: %o', (sent, words) => {
    const reading = read(sent);
    expect('complaints' in reading && reading.complaints.join()).toMatch(words);
  });

  it('may be null where that means "left out", and where any JSON is welcome', () => {
    expect(read({ key: 'k', userId: null, default: null })).toMatchObject({ args: { key: 'k', default: null } });
  });

  it('are all named when several are wrong', () => {
    expect(read({ explain: 1, color: 'red' })).toMatchObject({ complaints: { length: 3 } });
  });

  it('are refused by a tool that takes none', () => {
    const reading = readArguments(whetstoneStatus.inputSchema, { verbose: true });
    expect(reading).toEqual({ kind: 'refused', complaints: ['verbose: this tool takes no arguments'] });
  });
});
