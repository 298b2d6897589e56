import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/sandbox/javascript/driver.mjs';
import { realmPrint } from '../../src/sandbox/javascript/realm.mjs';

/** What a candidate says, line by line: the first defines `f`, the others answer what the driver asks. */
const defined = [
  1,
  'ok',
  [2],
  [
    ['O', ['values', [3], 'parents', [5]]],
    ['O', ['f', [4]]],
    ['F', 0, 'f', 1],
    ['A', [], []],
  ],
  [],
];
/** Ids below these are the question's own: `[job]` with its lists. */
const shifted = (by: number, message: readonly unknown[]) =>
  JSON.parse(JSON.stringify(message), (_key, value: unknown) =>
    Array.isArray(value) && value.length === 1 && Number.isInteger(value[0]) ? [(value[0] as number) + by] : value,
  ) as unknown;

async function judged(
  tests: string,
  answers: readonly (string | undefined)[],
  more: { calls?: string[]; handles?: string[] } = {},
) {
  const said: unknown[][] = [];
  const queue = [JSON.stringify(shifted(2, defined)), ...answers];
  const job = { program: '', setup: '', tests, calls: ['f'], handles: [], ...more };
  const channel = { send: (text: string) => void said.push(JSON.parse(text)), receive: () => queue.shift() };
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { verdict: await judge(job, channel, { assert, require, turn, rejections: [] }), said };
}
const require = () => undefined;
const text = (message: readonly unknown[]) => JSON.stringify(message);

describe('the driver of JavaScript', () => {
  it('passes tests that ran to their end on answers', async () => {
    const { verdict } = await judged('assert.equal(f(1), 2)', [text([2, 'ok', 2, [], []])]);
    expect(verdict).toEqual({ status: 'passed' });
  });

  it('fails tests that called nothing', async () => {
    expect((await judged('f.name', [])).verdict).toMatchObject({ status: 'failed', detail: /nothing/ });
  });

  it.each([
    ['an end in the middle of a call', undefined],
    ['an answer to no question', text([7, 'ok', 2, [], []])],
    ['what is no JSON', '{"a'],
    ['what is no message', '{}'],
    ['a value that cannot cross', text([2, 'cannot', 'a symbol cannot cross'])],
    ['a node of no known kind', text([2, 'ok', [3], [['H', 1, 'Stack']], []])],
    [
      'a method that the language calls by itself',
      text([
        2,
        'ok',
        [3],
        [
          ['O', ['valueOf', [4]]],
          ['F', 9, '', 0],
        ],
        [],
      ]),
    ],
    ['a message of an unknown kind', text([2, 'passed', 2, [], []])],
    ['a change of what is not its own', text([2, 'ok', 2, [], [[99, ['A', [], []]]]])],
  ])('fails on %s, though the tests swallow it', async (_title, answer) => {
    const { verdict } = await judged('try { f(1) } catch {} try { f(1) } catch {}', [
      answer,
      text([3, 'ok', 2, [], []]),
    ]);
    expect(verdict).toMatchObject({ status: 'failed', broken: true });
  });

  it('lets a candidate call a function that it was handed, and get nothing of it', async () => {
    const asks = (operation: string) =>
      text([
        1,
        operation,
        [0],
        [
          ['A', [[1], 'constructor'], []],
          ['<', 0],
        ],
      ]);
    const call = text([
      1,
      'call',
      [0],
      [
        ['A', [[1], null, [2]], []],
        ['<', 0],
        ['A', [20], []],
      ],
    ]);
    const { verdict, said } = await judged('assert.equal(f((x) => x + 1), 21)', [call, text([2, 'ok', 21, [], []])]);
    expect(verdict).toEqual({ status: 'passed' });
    expect(said.at(-1)).toEqual([1, 'ok', 21, [], []]);
    for (const operation of ['get', 'set', 'new', 'keys', 'load', 'wait']) {
      const { verdict: refused } = await judged('f((x) => x + 1)', [asks(operation)]);
      expect(refused, operation).toMatchObject({ status: 'failed', broken: true });
    }
  });

  it('calls what tests cannot send an error of theirs, and not a failure of the candidate', async () => {
    const { verdict } = await judged('f(new (class Own {})())', []);
    expect(verdict).toMatchObject({ status: 'error', detail: expect.stringContaining('class Own') });
  });

  it('calls tests that do not compile an error', async () => {
    expect((await judged('assert.(', [])).verdict).toMatchObject({ status: 'error' });
  });

  it('does not bind names that nobody asked for', async () => {
    const { verdict } = await judged(
      'f(1); assert.equal(typeof globalThis.g, "undefined"); assert.equal(typeof g, "undefined")',
      [text([2, 'ok', 2, [], []])],
    );
    expect(verdict).toEqual({ status: 'passed' });
  });
});

describe('the print of a realm', () => {
  it('is the same until something of the language is changed, and again when it is mended', () => {
    const before = realmPrint();
    expect(realmPrint()).toBe(before);
    const { map } = Array.prototype;
    Array.prototype.map = function () {
      return [];
    };
    const patched = realmPrint();
    Array.prototype.map = map;
    expect(patched).not.toBe(before);
    expect(realmPrint()).toBe(before);
  });

  it.each([
    ['a property of every object', Object.prototype, 'polluted'],
    ['a global', globalThis, 'leaked'],
    ['a property of a global', Math, 'tau'],
  ])('notices %s', (_title, holder, key) => {
    const before = realmPrint();
    Object.defineProperty(holder, key, { value: 1, configurable: true });
    const after = realmPrint();
    Reflect.deleteProperty(holder, key);
    expect(after).not.toBe(before);
  });
});
