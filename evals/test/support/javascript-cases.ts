import type { GradeJob, Verdict } from '../../src/sandbox/sandbox.ts';

/** A program with its tests, and what grading it must come to, whatever runs it. */
export interface JavascriptCase {
  name: string;
  job: GradeJob;
  status: Verdict['status'];
  detail?: RegExp;
}

type Told = Partial<GradeJob> & Pick<GradeJob, 'program'>;

const one = (name: string, told: Told, status: Verdict['status'] = 'passed', detail?: RegExp): JavascriptCase => ({
  name,
  status,
  job: {
    language: 'javascript',
    setup: '',
    tests: 'assert.equal(f(1), 2);',
    calls: ['f'],
    handles: [],
    timeoutMs: 10_000,
    ...told,
  },
  ...(detail && { detail }),
});

export const right = one('a right answer passes', { program: 'function f(x) { return x + 1; }' });
export const wrong = one(
  'a wrong answer fails, and says how',
  { program: 'function f(x) { return x; }' },
  'failed',
  /1 !== 2/,
);

const stack = `
class Stack {
  #items = [];
  static of(...items) { const made = new Stack(); for (const item of items) made.push(item); return made; }
  push(item) { this.#items.push(item); return this; }
  pop() { if (this.#items.length === 0) throw new RangeError('empty'); return this.#items.pop(); }
  get size() { return this.#items.length; }
  *[Symbol.iterator]() { yield* this.#items; }
}`;

export const javascriptCases: readonly JavascriptCase[] = [
  right,
  wrong,
  one('an exported function', { program: 'export function f(x) { return x + 1; }' }),
  one('an exported constant', { program: 'export const f = (x) => x + 1;' }),
  one('a default export', { program: 'export default (x) => x + 1;' }),
  one('a function under another name, exported as this', { program: 'const g = (x) => x + 1; export { g as f };' }),
  one('a module that exports one function', { program: 'module.exports = (x) => x + 1;' }),
  one('a module that exports an object', { program: "'use strict'; module.exports = { f: (x) => x + 1 };" }),
  one('a module that waits at its top', {
    program: 'const one = await Promise.resolve(1); export const f = (x) => x + one;',
  }),
  one('a script that is not strict', { program: 'one = 1; function f(x) { return x + one; } // the end' }),
  one(
    'a program that does not parse',
    { program: 'function f( { return 2 }' },
    'failed',
    /while it was loaded: SyntaxError/,
  ),
  one(
    'a program that throws',
    { program: 'throw new TypeError("no")' },
    'failed',
    /while it was loaded: TypeError: no/,
  ),
  one(
    'a function that is not there',
    { program: 'function g(x) { return x + 1; }' },
    'failed',
    /f is not defined|not a function/,
  ),
  one('tests that call nothing', { program: right.job.program, tests: 'assert.ok(true);' }, 'failed', /called nothing/),
  one('tests that do not compile', { program: right.job.program, tests: 'assert.(' }, 'error', /do not compile/),
  one('a promise', { program: 'async function f(x) { return x + 1; }', tests: 'assert.equal(await f(1), 2);' }),
  one('promises side by side', {
    program: 'const f = (x) => new Promise((resolve) => setTimeout(() => resolve(x + 1), 30 - 10 * x));',
    tests: 'assert.deepEqual(await Promise.all([f(0), f(1), f(2)]), [1, 2, 3]);',
  }),
  one('a promise that is rejected', {
    program: 'async function f(x) { throw new RangeError("no " + x); }',
    tests: 'await assert.rejects(f(1), { name: "RangeError", message: "no 1" });',
  }),
  one(
    'a rejection that the tests do not wait for',
    { program: 'async function f() { throw new Error("unseen"); }', tests: 'f(1);' },
    'passed',
  ),
  one(
    'an error that comes after the tests have waited',
    { program: 'async function f(x) { return x; }', tests: 'assert.equal(await f(1), 2);' },
    'failed',
    /1 !== 2/,
  ),
  one('an error of the program by its class', {
    program: 'function f() { throw new TypeError("bad"); }',
    tests:
      'assert.throws(() => f(1), TypeError); assert.throws(() => f(1), /bad/); assert.throws(() => f(1), (e) => e instanceof Error);',
  }),
  one('an error of a class of the program', {
    program:
      'class Own extends RangeError { name = "Own"; code = 5; } function f() { throw new Own("bad", { cause: 1 }); }',
    tests: 'assert.throws(f, { name: "Own", message: "bad", code: 5, cause: 1 }); assert.throws(f, RangeError);',
  }),
  one('an error of a class that the tests know', {
    program: 'class Own extends Error {} class Other extends Own {} function f() { throw new Other("bad"); }',
    tests:
      'assert.throws(f, Own); assert.throws(f, Other); assert.throws(f, (e) => e.message === "bad" && !(e instanceof TypeError));',
    calls: ['f', 'Own', 'Other'],
    handles: ['Own', 'Other'],
  }),
  one('what is thrown that is no error', {
    program: 'function f() { throw { code: 1 }; }',
    tests: 'assert.throws(f, { code: 1 });',
  }),
  one('a function that changes its argument', {
    program: 'function f(xs, by) { return xs.sort(by); }',
    tests: 'const xs = [3, 1, 2]; assert.strictEqual(f(xs, (a, b) => b - a), xs); assert.deepEqual(xs, [3, 2, 1]);',
  }),
  one(
    'a function that must not change its argument, and does',
    {
      program: '"use strict"; function f(xs) { xs.push(1); return xs; }',
      tests: 'assert.deepEqual(f(Object.freeze([])), [1]);',
    },
    'failed',
    /TypeError/,
  ),
  one(
    'a copy that is none',
    {
      program: 'function f(xs) { return xs; }',
      tests: 'const xs = [1]; assert.deepEqual(f(xs), xs); assert.notStrictEqual(f(xs), xs);',
    },
    'failed',
  ),
  one('callbacks, called while the call is on', {
    program: 'function f(xs, g) { const made = []; for (const x of xs) made.push(g(x, made.length)); return made; }',
    tests:
      'const seen = []; assert.deepEqual(f([1, 2], (x, i) => { seen.push(i); return x * 2; }), [2, 4]); assert.deepEqual(seen, [0, 1]);',
  }),
  one('a callback that throws through the program', {
    program: 'function f(g) { try { return g(); } finally { f.done = true; } }',
    tests:
      'assert.throws(() => f(() => { throw new TypeError("mine"); }), { name: "TypeError", message: "mine" }); assert.equal(f.done, true);',
  }),
  one('a function that makes functions, with memory', {
    program: 'function f(start) { const g = () => ++start; g.reset = () => { start = 0; }; return g; }',
    tests:
      'const a = f(1), b = f(10); a(); assert.equal(a(), 3); assert.equal(b(), 11); a.reset(); assert.equal(a(), 1); assert.notStrictEqual(a, b);',
  }),
  one('currying by the length of a function of the tests', {
    program:
      'const f = (g, ...given) => given.length >= g.length ? g(...given) : (...more) => f(g, ...given, ...more);',
    tests: 'const add = (a, b, c) => a + b + c; assert.equal(f(add)(1)(2)(3), 6); assert.equal(f(add, 1)(2, 3), 6);',
  }),
  one('timers of the program while the tests wait on theirs', {
    program:
      'function f(g, ms) { let t; return (...args) => { clearTimeout(t); t = setTimeout(() => g(...args), ms); }; }',
    tests:
      'const seen = []; const d = f((x) => seen.push(x), 5); d(1); d(2); assert.deepEqual(seen, []); while (seen.length === 0) await new Promise((r) => setTimeout(r, 5)); assert.deepEqual(seen, [2]);',
  }),
  one('asynchronous callbacks that fail twice', {
    program:
      'async function f(g, n) { for (;;) try { return await g(); } catch (error) { if (--n === 0) throw error; } }',
    tests:
      'let n = 0; assert.equal(await f(async () => { if (n++ < 2) throw new Error("x"); return n; }, 5), 3); await assert.rejects(f(async () => { throw new RangeError("no"); }, 2), RangeError);',
  }),
  one('generators, left early', {
    program:
      'let open = 0; function* f(n) { open++; try { for (let i = 0; i < n; i++) yield i; } finally { open--; } } f.open = () => open;',
    tests:
      'assert.deepEqual([...f(3)], [0, 1, 2]); for (const x of f(9)) if (x > 1) break; assert.equal(f.open(), 0); assert.deepEqual(f(1).next(), { value: 0, done: false });',
  }),
  one('asynchronous generators', {
    program: 'async function* f(n) { for (let i = 0; i < n; i++) { await null; yield i; } }',
    tests: 'const seen = []; for await (const x of f(3)) seen.push(x); assert.deepEqual(seen, [0, 1, 2]);',
  }),
  one('objects of a class, held by the tests', {
    program: stack,
    tests: `
      const s = new Stack();
      assert.strictEqual(s.push(1).push(2), s);
      assert.equal(s.size, 2);
      assert.deepEqual([...s], [1, 2]);
      assert.ok(s instanceof Stack && s.constructor === Stack);
      assert.equal(s.pop(), 2);
      assert.throws(() => new Stack().pop(), RangeError);
      assert.equal(Stack.of(1, 2, 3).size, 3);
      s.label = 'mine'; assert.equal(s.label, 'mine'); assert.ok('label' in s); delete s.label; assert.equal(s.label, undefined);`,
    calls: ['Stack'],
    handles: ['Stack'],
  }),
  one(
    'two objects that are not equal',
    {
      program: 'class P { constructor(x) { this.x = x; } }',
      tests: 'assert.deepEqual(new P(1), new P(2));',
      calls: ['P'],
      handles: ['P'],
    },
    'failed',
  ),
  one('two objects that are equal', {
    program: 'class P { constructor(x) { this.x = x; } }',
    tests: 'assert.deepEqual(new P(1), new P(1)); assert.notDeepEqual(new P(1), { x: 1 });',
    calls: ['P'],
    handles: ['P'],
  }),
  one('a class that inherits another', {
    program:
      'class A { who() { return "a"; } } class B extends A { who() { return super.who() + "b"; } } const f = () => [new A(), new B()];',
    tests:
      'const [a, b] = f(); assert.equal(b.who(), "ab"); assert.ok(b instanceof A && b instanceof B && !(a instanceof B));',
    calls: ['f', 'A', 'B'],
    handles: ['A', 'B'],
  }),
  one(
    'objects of a class that is no handle',
    { program: 'class Odd {} function f() { return new Odd(); }', tests: 'try { f(1); } catch {}' },
    'failed',
    /class Odd cannot cross/,
  ),
  one('a handle given to another function', {
    program: `${stack} function f(s) { return s instanceof Stack ? s.size : -1; }`,
    tests: 'assert.equal(f(Stack.of(1, 2)), 2);',
    calls: ['f', 'Stack'],
    handles: ['Stack'],
  }),
  one('Map, Set, Date, bigint, holes, -0 and NaN', {
    program:
      'function f() { return { m: new Map([[{ a: 1 }, [1n]]]), s: new Set(["x"]), d: new Date(0), h: [, 1], z: -0, n: NaN, u: undefined, b: new Uint8Array([1, 2]), r: /a/g }; }',
    tests:
      'assert.deepEqual(f(), { m: new Map([[{ a: 1 }, [1n]]]), s: new Set(["x"]), d: new Date(0), h: [, 1], z: -0, n: NaN, u: undefined, b: new Uint8Array([1, 2]), r: /a/g }); assert.notDeepEqual(f().h, [undefined, 1]);',
  }),
  one(
    'an object without a prototype is no other object',
    {
      program: 'const f = () => Object.assign(Object.create(null), { a: 1 });',
      tests: 'assert.deepEqual(f(), { a: 1 });',
    },
    'failed',
  ),
  one('graphs with cycles', {
    program: 'function f() { const a = { name: "a" }; a.self = a; return a; }',
    tests: 'const a = f(); assert.strictEqual(a.self, a);',
  }),
  one('setup, and what tests require', {
    program: right.job.program,
    setup: 'const { strict: own } = require("node:assert"); const twice = (g) => (x) => g(g(x));',
    tests: 'own.equal(twice(f)(1), 3); require("assert").deepEqual([f("1")], ["11"]);',
  }),
  one('names of the tests that the driver has too', {
    program: right.job.program,
    tests: 'const assert = require("node:assert"); const candidate = f; assert.equal(candidate(1), "2");',
  }),
  one(
    'tests that ask for a file system',
    { program: right.job.program, tests: 'require("node:fs");' },
    'failed',
    /may require/,
  ),
  one(
    'a value that only the tests could send',
    { program: right.job.program, tests: 'f(new (class Own {})());' },
    'error',
    /class Own cannot cross/,
  ),
];

/** Tests so weak, or so much at the mercy of what they are given, that a program could talk them round. */
const seduced = (name: string, program: string, tests: string) =>
  one(`a program that ${name}`, { program, tests }, 'failed');

export const seducingCases: readonly JavascriptCase[] = [
  seduced(
    'is equal to everything by valueOf',
    'function f() { return { valueOf: () => 2, toString: () => "2", [Symbol.toPrimitive]: () => 2 }; }',
    'assert.ok(f(1) == 2); assert.ok(f(41) == 42);',
  ),
  seduced(
    'is equal to everything as a Proxy',
    'function f() { return new Proxy({}, { get: (t, k) => k === Symbol.toPrimitive ? () => 2 : t[k], has: () => true, getPrototypeOf: () => Number.prototype }); }',
    'assert.ok(f(1) == 2); assert.ok(f(41) == 42);',
  ),
  seduced(
    'answers with getters that count',
    'let n = 0; function f() { return { get value() { return [2, 42][n++]; } }; }',
    'const r = f(1); assert.strictEqual(r.value, 2); assert.strictEqual(r.value, 42);',
  ),
  seduced(
    'answers what tests swallow',
    'class Odd {} function f() { return new Odd(); }',
    'try { f(1) } catch {} assert.ok(true);',
  ),
  seduced(
    'pollutes prototypes through what it returns',
    `function f() { return JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'); }`,
    'const r = f(1); assert.strictEqual(Object.getPrototypeOf(r), Object.prototype); assert.strictEqual({}.polluted, 1);',
  ),
  seduced(
    'changes the driver’s constructor through an argument',
    `function f(g) { try { g.constructor('globalThis.assertOff = true')(); } catch {} try { g.__proto__.call = () => 2 } catch {} return 2; }`,
    'const g = () => 1; f(g); assert.strictEqual(globalThis.assertOff, true);',
  ),
  seduced(
    'calls back with lies',
    'function f(g) { for (const lie of ["constructor", "__proto__", "apply"]) try { g[lie]; } catch {} return g({ valueOf: 2 }); }',
    'assert.strictEqual(f((x) => x), 2);',
  ),
  seduced(
    'settles its promise twice and late',
    'async function f() { setTimeout(() => { throw new Error("late") }, 1); return 3; }',
    'assert.strictEqual(await f(1), 2);',
  ),
  seduced('answers with NaN', 'function f() { return NaN; }', 'assert.strictEqual(f(1), 2);'),
];

export const typescriptCases: readonly JavascriptCase[] = [
  one('types that hold', { language: 'typescript', program: 'export function f(x: number): number { return x + 1; }' }),
  one('enums and parameter properties', {
    language: 'typescript',
    program:
      'enum Step { One = 1 } class Adder { constructor(private readonly by: Step) {} add = (x: number) => x + this.by } export const f = (x: number): number => new Adder(Step.One).add(x);',
  }),
  one('tests in TypeScript that import', {
    language: 'typescript',
    program: 'export const f = <T,>(x: T): T[] => [x];',
    tests:
      "import { strict } from 'node:assert';\nconst made: number[] = f(1) as number[];\nstrict.deepEqual(made, [1]);",
  }),
  one('tests in TypeScript that wait', {
    language: 'typescript',
    program: 'export async function f(x: number): Promise<number> { return x + 1; }',
    tests: 'const made: number = await f(1); assert.equal(made, 2);',
  }),
  ...(
    [
      ['TS2322', 'export function f(x: number): string { return x + 1; }'],
      ['TS2362', 'export const f = (x: number) => "a" * x;'],
      ['TS2550', 'export const f = (x: number[]) => Object.groupBy(x, String);'],
      ['TS2339', 'export const f = (x: number) => x.length + 1;'],
      ['TS7006', 'export const f = (x) => x + 1;'],
      ['TS2307', "import { readFileSync } from '/etc/passwd'; export const f = (x: number) => x + 1;"],
      ['TS1005', 'export const f = (x: number => x + 1;'],
      ['TS6053|TS6231', '/// <reference path="/etc/passwd" />\nexport const f = (x: number) => x + 1;'],
    ] as const
  ).map(([code, program]) =>
    one(
      `a program that does not compile, ${code}, though it would run`,
      { language: 'typescript', program },
      'failed',
      new RegExp(`^\\d+: (?:${code})`),
    ),
  ),
];
