import fc from 'fast-check';
import strict from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import {
  CannotCross,
  decode,
  encode,
  knownOf,
  type Graph,
  type References,
} from '../../src/sandbox/javascript/wire.mjs';

const none: References = {
  describe: () => undefined,
  revive: () => {
    throw new CannotCross('no references here');
  },
  errorPrototype: () => undefined,
};
const nothing = knownOf([], []);
const overTheWire = ({ root, nodes, changes }: Graph) => JSON.parse(JSON.stringify({ root, nodes, changes })) as Graph;
const crossed = (value: unknown) => decode(overTheWire(encode(value, nothing, none)), [], none).root;

const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, undefined, true, false, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.sparseArray(tie('value'), { maxLength: 8, maxNumElements: 3 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'length', '0')), tie('value'), {
      maxKeys: 5,
    }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
    // deepStrictEqual calls two invalid dates different: that one has its own test.
    fc.date({ noInvalidDate: true }),
    fc.constantFrom(/a+(?<b>c)/giu, /\//y, new RegExp('')),
    fc.oneof(fc.uint8Array(), fc.int32Array(), fc.float64Array(), fc.bigUint64Array()),
    fc.tuple(fc.string(), tie('value')).map(([message, cause]) => new TypeError(message, { cause })),
    fc.string().map((message) => Object.assign(new RangeError(message), { code: 7, name: 'OwnName' })),
    fc.array(tie('value'), { maxLength: 2 }).map((items) => Object.freeze(items)),
  ),
}));

describe('values of JavaScript on the wire', () => {
  it('arrive as they were, exact in type', () => {
    fc.assert(
      fc.property(anything, (value) => {
        strict.deepStrictEqual(crossed(value), value);
      }),
      { numRuns: 2000 },
    );
  });

  it('keep a date that is none', () => {
    const [back] = crossed([new Date(Number.NaN)]) as [Date];
    expect([back instanceof Date, back.getTime()]).toEqual([true, Number.NaN]);
  });

  it('keep holes, cycles, shared members and what is frozen', () => {
    const shared = { a: 1 };
    const value: unknown[] = [shared, shared, Object.freeze([1])];
    value[5] = value;
    const back = crossed(value) as unknown[];
    expect([back[0] === back[1], back[5] === back, 3 in back, back.length]).toEqual([true, true, false, 6]);
    expect([Object.isFrozen(back[2]), Object.isFrozen(back)]).toEqual([true, false]);
  });

  it('take a list a hundred thousand links long', () => {
    let list: object | undefined;
    for (let index = 0; index < 100_000; index++) list = { next: list };
    let length = 0;
    for (let at = crossed(list) as { next?: object } | undefined; at; at = at.next) length++;
    expect(length).toBe(100_000);
  });

  it.each([
    ['an object of a class', new (class Stack {})(), /class Stack/],
    ['a symbol', Symbol('x'), /symbol/],
    ['a property named by a symbol', { [Symbol.toPrimitive]: () => 1 }, /symbol/],
    ['a subclass of Array', new (class extends Array {})(), /cannot cross/],
    ['a method that the language calls by itself', { valueOf: () => 1 }, /valueOf/],
    ['an array that is mostly holes', Object.assign([], { length: 4_000_000_000 }), /holes/],
    ['a Map with properties', Object.assign(new Map(), { size2: 1 }), /properties/],
  ])('refuse %s', (_title, value, message) => {
    expect(() => crossed(value)).toThrow(message);
    expect(() => crossed(value)).toThrow(CannotCross);
  });

  it('never set a prototype', () => {
    const back = crossed(JSON.parse('{"__proto__": {"polluted": 1}}')) as object;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.keys(back)).toEqual(['__proto__']);
    expect((back as { polluted?: 1 }).polluted).toBeUndefined();
  });

  it('bring back into the caller’s own objects what a call has changed of them', () => {
    const original = { list: [3, 1, 2], map: new Map([[1, 'a']]) };
    const there = encode(original, nothing, none);
    const copy = decode(overTheWire(there), [], none);
    const { list, map } = copy.root as typeof original;
    list.sort((a, b) => a - b);
    list.push(4);
    map.clear();
    const back = overTheWire(encode(list, knownOf(copy.objects, there.nodes), none));
    const answer = decode(back, there.objects, none).root;
    expect(answer).toBe(original.list);
    expect(original).toEqual({ list: [1, 2, 3, 4], map: new Map() });
  });

  it('send back nothing of what has not changed', () => {
    const there = encode([1, { a: [] }], nothing, none);
    const copy = decode(overTheWire(there), [], none);
    expect(encode(1, knownOf(copy.objects, there.nodes), none)).toMatchObject({ changes: [], nodes: [] });
  });

  it('are refused, never guessed, where a message is malformed', () => {
    const graph = (root: unknown, nodes: unknown[][] = [], changes: [number, unknown[]][] = []) => ({
      root,
      nodes,
      changes,
    });
    const bad: Graph[] = [
      graph([5]),
      graph(['x']),
      graph({}),
      graph(['n', 'toString']),
      graph(['b', '1e9']),
      graph([0], [['Z']]),
      graph([0], [['A']]),
      graph([0], [['O', ['a']]]),
      graph([0], [['O', [1, 2]]]),
      graph([0], [['T', 'constructor', []]]),
      graph([0], [['T', 'Uint8Array', [[0]]]]),
      graph([0], [['E', 'Function', 'x', 'y', null, [], [], []]]),
      graph([0], [['D', 'now']]),
      graph(1, [], [[0, ['A', [], []]]]),
    ];
    for (const one of bad) expect(() => decode(one, [], none), JSON.stringify(one)).toThrow(CannotCross);
  });

  it('are refused where a candidate writes by hand what its half of the code would not', () => {
    const made: References = { ...none, revive: () => () => 1 };
    const forged = {
      root: [0],
      nodes: [
        ['O', ['valueOf', [1]]],
        ['F', 0],
      ],
      changes: [],
    };
    expect(() => decode(forged, [], made)).toThrow(/valueOf/);
  });
});
