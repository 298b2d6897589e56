import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJailMaker } from '../../src/sandbox/process/jail.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import type { Sandbox, Verdict } from '../../src/sandbox/sandbox.ts';

const missing = await findJailMaker().then(
  () => undefined,
  (error: Error) => error.message,
);

const imports =
  'from collections import *\nfrom datetime import *\nfrom decimal import Decimal\nfrom fractions import Fraction\n';

/** Type and contents of a value, whole; of sets in no order, since how they grew decides about it. */
const see = `
def see(x):
    kind = type(x).__name__
    if isinstance(x, (list, tuple, deque)): return kind + '[' + ','.join(map(see, x)) + ']' + str(getattr(x, 'maxlen', ''))
    if isinstance(x, (set, frozenset)): return kind + '{' + ','.join(sorted(map(see, x))) + '}'
    if isinstance(x, dict): return kind + '{' + ','.join(see(k) + ':' + see(v) for k, v in x.items()) + '}' + str(getattr(x, 'default_factory', ''))
    return kind + ascii(x)
`;

/** Values as Python writes them. */
const text = fc
  .array(fc.constantFrom('a', 'é', '\\ud83d', '\\ude00', '\\U0001f600', '\\x00', "\\'", '\\\\', '\\n', '\\u2028'), {
    maxLength: 4,
  })
  .map((parts) => `'${parts.join('')}'`);
const number = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.integer({ min: -3, max: 3 }).map(String),
  fc
    .double({ noDefaultInfinity: true, noNaN: true })
    .map((value) => (Object.is(value, -0) ? '-0.0' : `float('${value}')`)),
  fc.constantFrom("float('inf')", "-float('inf')", "float('nan')", '2 ** 62', '-(2 ** 62)', '10 ** 400', '1 / 3'),
  fc.constantFrom('True', 'False', '1j', 'complex(-0.0, 2)', "Decimal('1.10')", "Decimal('-0')", 'Fraction(3, -6)'),
);
const plain = fc.oneof(number, text, fc.constantFrom('None', "b'\\x00\\xff'", 'date(2020, 2, 29)', '()', '[1]'));
const { hashable, value } = fc.letrec<{ hashable: string; value: string }>((tie) => ({
  hashable: fc.oneof(
    { maxDepth: 2 },
    number,
    text,
    fc.constantFrom('None', "b'\\x00\\xff'", 'int', 'OSError', '...', 'range(1, 9, 3)', 'date(2020, 2, 29)'),
    fc.constantFrom('timedelta(-1, 5, 7)', 'time(1, 2, 3, 4)', 'datetime(2020, 1, 1, tzinfo=timezone.utc)'),
    fc.array(tie('hashable'), { maxLength: 3 }).map((items) => `tuple([${items.join(', ')}])`),
    fc.array(tie('hashable'), { maxLength: 3 }).map((items) => `frozenset([${items.join(', ')}])`),
  ),
  value: fc.oneof(
    { maxDepth: 3 },
    tie('hashable'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc.array(tie('hashable'), { maxLength: 6 }).map((items) => `set([${items.join(', ')}])`),
    fc.array(tie('hashable'), { maxLength: 4 }).map((items) => `Counter([${items.join(', ')}])`),
    fc
      .tuple(
        fc.constantFrom('dict(', 'OrderedDict(', 'defaultdict(list, ', 'defaultdict(None, '),
        fc.array(fc.tuple(tie('hashable'), tie('value')), { maxLength: 4 }),
      )
      .map(([kind, pairs]) => `${kind}[${pairs.map(([key, held]) => `(${key}, ${held})`).join(', ')}])`),
    fc
      .tuple(fc.array(tie('value'), { maxLength: 3 }), fc.constantFrom('None', '2', '9'))
      .map(([items, length]) => `deque([${items.join(', ')}], ${length})`),
    fc.constantFrom("bytearray(b'a')", '[[]] * 2'),
  ),
}));

const exceptions = (
  'ArithmeticError AssertionError AttributeError BlockingIOError BrokenPipeError BufferError EOFError Exception ' +
  'FileNotFoundError FloatingPointError ImportError IndexError InterruptedError KeyError LookupError MemoryError ' +
  'ModuleNotFoundError NameError NotImplementedError OSError OverflowError PermissionError RecursionError ' +
  'ReferenceError RuntimeError SyntaxError SystemError TimeoutError TypeError UnboundLocalError UserWarning ' +
  'ValueError Warning ZeroDivisionError'
).split(' ');
const raised = fc.oneof(
  fc
    .tuple(fc.constantFrom(...exceptions), fc.array(plain, { maxLength: 2 }))
    .map(([kind, args]) => `${kind}(${args.join(', ')})`),
  fc.constantFrom("UnicodeDecodeError('ascii', b'ab', 0, 1, 'why')", "UnicodeEncodeError('ascii', 'ab', 0, 1, 'why')"),
  fc.constantFrom("FileNotFoundError(2, 'No such file', '/missing')", "OSError(13, 'Permission denied', b'x')"),
);

describe.skipIf(missing)(
  missing ? `verdicts apart and beside (skipped: ${missing})` : 'apart from its tests, a program of plain values',
  () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await openProcessSandbox({ workers: 1, hashSeed: 0 });
    });
    afterAll(() => sandbox.close());

    /** What the tests got to see, which they say by failing with it. */
    async function seen(program: string, tests: string, sameProcess: boolean) {
      const job = { language: 'python', setup: imports, calls: ['f'], handles: [], timeoutMs: 10_000 } as const;
      const verdict = await sandbox.grade({ ...job, program: imports + program, tests, sameProcess });
      return saidOf(verdict);
    }

    async function expectAlike(program: string, tests: string) {
      expect(await seen(program, tests, false)).toBe(await seen(program, tests, true));
    }

    it('returns what it returns beside them', async () => {
      await fc.assert(
        fc.asyncProperty(value, (held) => expectAlike(`def f(): return ${held}`, `${see}assert False, see(f())`)),
        { numRuns: 60, examples: [["set([float('nan'), float('nan')])"]] },
      );
    });

    it('is passed what it is passed beside them', async () => {
      await fc.assert(
        fc.asyncProperty(value, hashable, (first, second) =>
          expectAlike(`${see}def f(x, *, y): return see(x), see(y)`, `assert False, f(${first}, y=${second})`),
        ),
        { numRuns: 40 },
      );
    });

    it('raises what it raises beside them', async () => {
      const tests = `${see}
try: f()
except Exception as error: assert False, (see(error.args), ascii(str(error)), [kind.__name__ for kind in type(error).__mro__])`;
      await fc.assert(
        fc.asyncProperty(raised, (error) => expectAlike(`def f(): raise ${error}`, tests)),
        { numRuns: 60 },
      );
    });
  },
);

/** Its exception, without where in the tests it was raised and what the candidate raised before. */
function saidOf({ status, detail = '' }: Verdict): string {
  const line = detail.split('\n').find((one) => one.startsWith('AssertionError: '));
  return line ?? `${status}: ${detail}`;
}
