import type { GradeJob, Verdict } from '../../src/sandbox/sandbox.ts';

/** A program, and what grading it must come to, in every sandbox alike. */
export interface SandboxCase {
  name: string;
  job: GradeJob;
  /** More than one where it is the tier's choice how it stops what must not go on. */
  expected: readonly Verdict['status'][];
  detail?: RegExp;
}

type Told = Partial<GradeJob> & Pick<GradeJob, 'program'>;

const python = (
  name: string,
  expected: Verdict['status'] | readonly Verdict['status'][],
  told: Told,
  detail?: RegExp,
): SandboxCase => ({
  name,
  expected: typeof expected === 'string' ? [expected] : expected,
  job: {
    language: 'python',
    setup: '',
    tests: 'assert double(21) == 42\nassert double(0) == 0',
    calls: ['double'],
    handles: [],
    timeoutMs: 1_000,
    ...told,
  },
  ...(detail && { detail }),
});

export const good = python('a right answer passes', 'passed', { program: 'def double(n):\n    return 2 * n' });
export const wrong = python(
  'a wrong answer fails, and the place is told',
  'failed',
  { program: 'def double(n):\n    return 3 * n' },
  /line 1: assert double\(21\) == 42[^]*AssertionError/,
);

const stopped = ['failed', 'timeout'] as const;
const equalToAll = 'class Equal:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False';

/** What candidates do that people did not foresee, without meaning harm. */
const clumsyPython: readonly SandboxCase[] = [
  python(
    'an exception fails, and its place is told',
    'failed',
    { program: 'def double(n):\n\n    return n[0]' },
    /TypeError[^]*line 3 of the candidate/,
  ),
  python(
    'a program that does not parse fails',
    'failed',
    { program: 'def double(n) return 2' },
    /did not load[^]*SyntaxError/,
  ),
  python(
    'a program that raises while it loads fails',
    'failed',
    { program: 'raise ValueError("no")' },
    /did not load[^]*ValueError/,
  ),
  python('a missing function fails', 'failed', { program: 'def twice(n):\n    return 2 * n' }, /NameError/),
  python(
    'a name that tests look up and never call is missed all the same',
    'failed',
    {
      program: 'def double(n):\n    return 2 * n',
      tests: 'assert double(21) == 42\ndef check(candidate): pass\ncheck(halve)',
      calls: ['double', 'halve'],
    },
    /line 3: check\(halve\)[^]*NameError/,
  ),
  python(
    'a stem of the set-up does not stand in for a missing function',
    'failed',
    {
      program: 'def zero(n):\n    return 0',
      setup: 'def double(n):\n    return 2 * n',
      tests: 'assert zero(1) == 0\nassert double(21) == 42',
      calls: ['double', 'zero'],
    },
    /NameError/,
  ),
  python(
    'a builtin does not answer for a missing function of its name',
    'failed',
    { program: 'def total(items):\n    return 3', tests: 'assert sum([1, 2]) == 3', calls: ['sum'] },
    /called nothing/,
  ),
  python('a name that is defined later than by loading counts where it is bound to something at first', 'passed', {
    program: 'double = None\ndef start():\n    global double\n    double = lambda n: 2 * n',
    tests: 'start()\nassert double(21) == 42',
    calls: ['start', 'double'],
  }),
  python('a loop in Python is timed out', 'timeout', { program: 'def double(n):\n    while True: pass' }),
  python('a loop while loading is timed out', 'timeout', { program: 'while True: pass' }),
  python('a loop inside one operation of C is timed out', 'timeout', {
    program: 'def double(n):\n    return 7 ** 10 ** 9',
  }),
  python('sleeping is timed out', 'timeout', {
    program: 'import time\ndef double(n):\n    time.sleep(10 ** 6)',
    timeoutMs: 500,
  }),
  python('endless recursion fails', 'failed', { program: 'def double(n):\n    return double(n)' }, /RecursionError/),
  python('an endless iterator does not pass', stopped, {
    program: 'import itertools\ndef double(n):\n    return itertools.count()',
  }),
  python(
    'standard input is at its end',
    'failed',
    { program: 'def double(n):\n    return int(input())' },
    /EOFError|OSError/,
  ),
  python('printing is no answer and does no harm', 'passed', {
    program:
      'import sys\ndef double(n):\n    print("noise" * 1000)\n    print("passed", file=sys.stderr)\n    return 2 * n',
  }),
  python('exiting is no pass', 'failed', { program: 'import sys\ndef double(n):\n    sys.exit(0)' }),
  python('exiting while loading is no pass', 'failed', { program: 'import sys\nsys.exit(0)' }),
  python('code under `if __name__` stays unrun', 'passed', {
    program: 'def double(n):\n    return 2 * n\nif __name__ == "__main__":\n    raise SystemExit(input())',
  }),
  python(
    'tests that call nothing pass nobody',
    'failed',
    { program: 'def double(n):\n    return 2 * n', tests: 'pass' },
    /called nothing/,
  ),
];

/** What candidates do that mean to pass without being right, or to do harm. */
export const hostilePython: readonly SandboxCase[] = [
  python('an object equal to everything', 'failed', { program: `${equalToAll}\ndef double(n):\n    return Equal()` }),
  python('an int that is equal to everything', 'failed', {
    program: `${equalToAll.replace('Equal:', 'Equal(int):')}\n    __hash__ = int.__hash__\ndef double(n):\n    return Equal(1)`,
  }),
  python('a list whose items are equal to everything', 'failed', {
    program: `${equalToAll}\ndef double(n):\n    return [Equal()]`,
    tests: 'assert double(1) == [2]',
  }),
  python('an object that says it is an int', 'failed', {
    program:
      'class Forged:\n    __class__ = int\n    def __eq__(self, other): return True\ndef double(n):\n    return Forged()',
  }),
  python('os._exit(0) in a call', 'failed', { program: 'import os\ndef double(n):\n    os._exit(0)' }),
  python('os._exit(0) while loading', 'failed', { program: 'import os\nos._exit(0)' }),
  python('becoming /bin/true', 'failed', { program: 'import os\ndef double(n):\n    os.execv("/bin/true", ["true"])' }),
  python('a cannot-cross that the tests catch', 'failed', {
    program: 'def double(n):\n    return object() if n else 0',
    tests: 'assert double(0) == 0\ntry:\n    double(1)\nexcept:\n    pass',
  }),
  python('an end that the tests catch', 'failed', {
    program: 'import os\ndef double(n):\n    return os._exit(0) if n else 0',
    tests: 'assert double(0) == 0\ntry:\n    double(1)\nexcept BaseException:\n    pass',
  }),
  python('a BaseException of its own', 'failed', {
    program: 'class Mine(BaseException): pass\ndef double(n):\n    if n: raise Mine()\n    return 0',
    tests: 'assert double(0) == 0\ntry:\n    double(1)\nexcept:\n    pass',
  }),
  python('patched builtins', 'failed', {
    program:
      'import builtins\nbuiltins.len = builtins.isinstance = lambda *a: True\nbuiltins.AssertionError = Exception\nbuiltins.__build_class__ = None\ndef double(n):\n    return None',
  }),
  python('a patched wire', 'failed', {
    program:
      'import sys\nfor name, module in list(sys.modules.items()):\n    for key, value in list(vars(module).items()) if hasattr(module, "__dict__") else []:\n        if key in ("pack", "write", "read", "_to_json"):\n            setattr(module, key, lambda *a, **k: b"[\\"value\\", 1, 42]")\ndef double(n):\n    return 0',
  }),
  python('its own `check` and `assert` helpers', 'failed', {
    program: 'def check(candidate): pass\ndef double(n):\n    return 0',
    tests: 'def check(candidate):\n    assert candidate(2) == 4\ncheck(double)',
  }),
  python('a trace function', 'failed', {
    program: 'import sys\nsys.settrace(lambda *a: sys._getframe().f_back.f_locals)\ndef double(n):\n    return 0',
  }),
  python('"passed" to every descriptor, then an end', 'failed', {
    program:
      'import os\ndef double(n):\n    for fd in range(256):\n        for text in (b\'{"status":"passed"}\\n\', b"passed\\n"):\n            try: os.write(fd, text)\n            except OSError: pass\n    os._exit(0)',
  }),
  python('forged frames ahead of the call', 'failed', {
    program:
      'import os, struct\nframe = b\'["value",9,42]\'\nfor fd in range(3, 256):\n    try: os.write(fd, struct.pack(">I", len(frame)) + frame)\n    except OSError: pass\ndef double(n):\n    return 0',
  }),
  python('a frame that says it has 4 GiB', stopped, {
    program:
      'import os\ndef double(n):\n    for fd in range(3, 256):\n        try: os.write(fd, b"\\xff" * 8)\n        except OSError: pass\n    return 42',
  }),
  python('a bottomless list', 'failed', {
    program: 'def double(n):\n    a = []\n    for _ in range(100000): a = [a]\n    return a',
  }),
  python('a list inside itself', 'failed', { program: 'def double(n):\n    a = []\n    a.append(a)\n    return a' }),
  python('a fork bomb', stopped, {
    program: 'import os\ndef double(n):\n    while True:\n        try: os.fork()\n        except OSError: pass',
  }),
  python('a thread bomb', stopped, {
    program:
      'import threading\ndef double(n):\n    while True:\n        threading.Thread(target=threading.Event().wait).start()',
  }),
  python(
    '4 GiB of memory',
    'failed',
    { program: 'def double(n):\n    return len(bytearray(4 << 30))' },
    /Memory|index-sized/,
  ),
  python('memory without end, caught', stopped, {
    program:
      'def double(n):\n    held = []\n    while True:\n        try: held.append(bytearray(1 << 24))\n        except MemoryError: pass',
  }),
  python('100 MB of output', 'passed', {
    program:
      'import os, sys\nfor _ in range(100):\n    os.write(1, b"x" * 1_000_000)\n    sys.stderr.write("x" * 100)\ndef double(n):\n    return 2 * n',
    timeoutMs: 5_000,
  }),
  python('killing all it can', 'failed', {
    program:
      'import os, signal\ndef double(n):\n    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGKILL):\n        for pid in (1, os.getppid(), -1):\n            try: os.kill(pid, number)\n            except OSError: pass\n    os.kill(os.getpid(), 9)',
  }),
  python('a daemon that outlives it', 'passed', {
    program:
      'import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        while True: time.sleep(0.01)\n    os._exit(0)\ndef double(n):\n    return 2 * n',
  }),
  python('a limit of memory for what forked it', 'passed', {
    program:
      'import os\ndef double(n):\n    try:\n        import resource\n        resource.prlimit(os.getppid(), resource.RLIMIT_AS, (0, 0))\n    except (ImportError, OSError, AttributeError): pass\n    return 2 * n',
  }),
  python('an end to what goes through its answers', 'failed', {
    program: 'def double(n):\n    raise StopIteration',
    tests: 'assert all(map(lambda n: double(n) == 2 * n, [1, 2, 3]))',
  }),
  python('a class that it can give and the tests cannot give back', 'failed', {
    program:
      "import sys\nreal = sys.modules['candidate'].write\nsys.modules['candidate'].write = lambda frame: real(['value', frame[1], ['type', '__loader__']])\ndef double(n):\n    return 0",
    tests: 'assert double(double(1)) == 4',
  }),
  python('at most 32 processes', 'passed', {
    program:
      'import os, signal\ndef count():\n    made = 0\n    try:\n        while made < 500:\n            if os.fork() == 0: signal.pause()\n            made += 1\n    except OSError: pass\n    return made',
    tests: 'assert 8 <= count() <= 32',
    calls: ['count'],
  }),
  python('no host file is there', 'passed', {
    program:
      'import os\ndef found():\n    return [path for path in ("/etc/passwd", "/home", "/proc/self", "/sys/kernel", "/var/log") if os.path.exists(path)]',
    tests: 'assert found() == []',
    calls: ['found'],
  }),
  python('nothing can be written', 'passed', {
    program:
      'import os\ndef written():\n    done = []\n    for folder in ("/", "/tmp", "/dev", "/usr", "/whetstone/python", os.getcwd()):\n        try:\n            open(os.path.join(folder, "mark"), "w").close()\n            done.append(folder)\n        except OSError: pass\n    return done',
    tests: 'assert written() == []',
    calls: ['written'],
  }),
  python('there is no network', 'passed', {
    program:
      'import socket\ndef reached():\n    done = []\n    for family, address in ((socket.AF_INET, ("127.0.0.1", 22)), (socket.AF_INET, ("192.0.2.1", 80)), (socket.AF_INET6, ("2001:db8::1", 80))):\n        try:\n            probe = socket.socket(family)\n            probe.settimeout(0.2)\n            probe.connect(address)\n            done.append(address)\n        except TimeoutError: done.append("a route")\n        except OSError: pass\n    return done',
    tests: 'assert reached() == []',
    calls: ['reached'],
  }),
];

/** Hunts for the text of the tests where Python keeps what it holds. */
export const hunt = python('the tests cannot be found in frames, objects, modules or files', 'passed', {
  program: `import gc, os, sys
MARK = '-fo-yranac'
def double(n):
    found = []
    def look(where, value):
        try: text = value if isinstance(value, str) else value.decode() if isinstance(value, bytes) else repr(value) if isinstance(value, (tuple, list, dict)) else ''
        except Exception: return
        if MARK in text[::-1]: found.append(where)
    frame = sys._getframe()
    while frame:
        for value in [*frame.f_locals.values(), *frame.f_globals.values(), *frame.f_code.co_consts]: look('frame', value)
        frame = frame.f_back
    for value in gc.get_objects():
        look('gc', value)
        if hasattr(value, '__code__'):
            for constant in value.__code__.co_consts: look('code', constant)
    for pid in os.listdir('/proc') if os.path.exists('/proc') else []:
        try: look('proc', open('/proc/' + pid + '/cmdline', 'rb').read())
        except OSError: pass
    return found`,
  tests: "secret = 'canary-of-the-tests'\nassert double(1) == [], double(1)",
  timeoutMs: 10_000,
});

/** Values there and back: each must come out as equal, of the same type, and print alike. */
const values = [
  'None',
  'True',
  '0',
  '-1',
  '2 ** 62',
  '-(2 ** 62)',
  '2 ** 62 - 1',
  '10 ** 5000',
  '1.5',
  '-0.0',
  "float('inf')",
  "-float('inf')",
  '5e-324',
  "''",
  "'text'",
  "'\\u00e9\\U0001f600'",
  "'\\ud83d\\ude00'",
  "'\\x00'",
  'b"\\x00\\xff"',
  'bytearray(b"ab")',
  '1 - 2j',
  '[]',
  '[1, 2]',
  "[1, 'a', None]",
  '[2 ** 70, 1]',
  '[[1], [2.5, []]]',
  '()',
  '(1,)',
  '((1, 2), [3])',
  '{}',
  "{'a': 1}",
  '{(1, 2): {3: [4]}}',
  'set()',
  '{1, 2, 3}',
  "{'a', 'b'}",
  'frozenset({1})',
  '{frozenset({1}), frozenset({2})}',
  'range(1, 10, 3)',
  "Decimal('1.10')",
  "Decimal('Infinity')",
  'Fraction(1, 3)',
  'deque([1, 2], 3)',
  "Counter('aab')",
  'OrderedDict([(2, 1), (1, 2)])',
  'defaultdict(list, {1: [2]})',
  'date(2024, 2, 29)',
  'datetime(2024, 2, 29, 1, 2, 3, 4)',
  'timedelta(1, 2, 3)',
  'int',
  'ValueError',
  '...',
];

const crossing: readonly SandboxCase[] = [
  ...values.map((value) =>
    python(`${value} crosses there and back`, 'passed', {
      program: 'def same(value):\n    return value',
      setup:
        'from collections import *\nfrom datetime import *\nfrom decimal import Decimal\nfrom fractions import Fraction',
      tests: `value = ${value}\nback = same(value)\nassert type(back) is type(value) and back == value, (back, value)\nassert value == float('inf') or repr(back) == repr(value) or isinstance(value, (set, frozenset))`,
      calls: ['same'],
    }),
  ),
  python('nan crosses', 'passed', {
    program: 'def same(value):\n    return [value]',
    tests: "back = same(float('nan'))[0]\nassert type(back) is float and back != back",
    calls: ['same'],
  }),
  python('an iterator crosses as what it has left', 'passed', {
    program: 'def squares(n):\n    return (i * i for i in range(n))',
    tests: 'found = squares(3)\nassert next(found) == 0 and list(found) == [1, 4]',
    calls: ['squares'],
  }),
  python('views of a dict cross', 'passed', {
    program: 'def views(d):\n    return [d.keys(), d.values(), d.items()]',
    tests:
      'keys, values, items = views({1: 2})\nassert keys == {1} and list(values) == [2] and list(items) == [(1, 2)]',
    calls: ['views'],
  }),
  python('a subclass crosses as its base', 'passed', {
    program:
      'from collections import namedtuple\nfrom enum import IntEnum\nPoint = namedtuple("Point", "x y")\nclass Two(IntEnum):\n    TWO = 2\ndef both():\n    return [Point(1, 2), Two.TWO]',
    tests: 'point, two = both()\nassert point == (1, 2) and type(two) is int and two == 2',
    calls: ['both'],
  }),
  python('arguments by name cross', 'passed', {
    program: 'def power(base, *, exponent=1):\n    return base ** exponent',
    tests: 'assert power(2, exponent=5) == 32',
    calls: ['power'],
  }),
  python('an exception keeps its class and message', 'passed', {
    program: 'def pick(d, k):\n    return d[k]',
    tests:
      "try:\n    pick({}, 'key')\nexcept KeyError as error:\n    assert error.args == ('key',)\nelse:\n    assert False",
    calls: ['pick'],
  }),
  python('an exception class of its own counts as the builtin class behind it', 'passed', {
    program: 'class Mine(ValueError): pass\ndef no():\n    raise Mine("why")',
    tests: "try:\n    no()\nexcept ValueError as error:\n    assert str(error) == 'why'",
    calls: ['no'],
  }),
  python('an exception class of its own is not the builtin class of the same name', 'failed', {
    program: 'class KeyError(Exception): pass\ndef no():\n    raise KeyError("why")',
    tests: 'try:\n    no()\nexcept LookupError:\n    pass',
    calls: ['no'],
  }),
  python('an exception class of its own may have other arguments than the builtin class behind it', 'passed', {
    program:
      'class Mine(UnicodeDecodeError):\n    def __init__(self): pass\n    def __str__(self): return "why"\ndef no():\n    raise Mine()',
    tests: 'try:\n    no()\nexcept ValueError:\n    pass',
    calls: ['no'],
  }),
  python(
    'an object of its own does not cross',
    'failed',
    { program: 'class Own: pass\ndef own():\n    return Own()', tests: 'own()', calls: ['own'] },
    /cannot cross/,
  ),
  python(
    'a function that the tests pass is named as what cannot cross, and is nobody’s failure',
    'error',
    { program: 'def apply(f):\n    return f(1)', tests: 'assert apply(lambda x: x) == 1', calls: ['apply'] },
    /cannot cross/,
  ),
  python('objects that tests hold cross as references', 'passed', {
    program:
      'class Node:\n    def __init__(self, value):\n        self.value, self.next = value, None\n    def double(self, times=1):\n        return self.value * 2 * times\ndef length(node):\n    return 0 if node is None else 1 + length(node.next)\ndef last(node):\n    return node if node.next is None else last(node.next)',
    setup: 'root = Node(1)\nroot.next = Node(2)',
    tests:
      'assert length(root) == 2 and root.next.value == 2 and root.next is root.next and root != root.next\nassert last(root) is root.next and root.double(times=3) == 6\nroot.next.next = Node(3)\nassert length(root) == 3\ntry:\n    root.missing\nexcept AttributeError:\n    pass\nelse:\n    assert False',
    calls: ['Node', 'length', 'last'],
    handles: ['Node'],
  }),
  python('a helper that the set-up defines cannot be redefined', 'failed', {
    program: 'def poly(x): return 0\ndef zero(x): return 7',
    setup: 'def poly(x):\n    return x - 1\ndef zero(x):\n    pass',
    tests: 'assert poly(zero(1)) == 0',
    calls: ['zero'],
  }),
  python('a name of a builtin can be asked for', 'passed', {
    program: 'def sum(a, b):\n    return [a, b]',
    tests: 'assert sum(1, 2) == [1, 2]',
    calls: ['sum'],
  }),
  python('what the candidate does to its arguments stays with it', 'passed', {
    program: 'def clear(items):\n    items.clear()\n    return items',
    tests: 'items = [1]\nassert clear(items) == [] and items == [1]',
    calls: ['clear'],
  }),
  python('calls of one sample share its state', 'passed', {
    program: 'n = 0\ndef count():\n    global n\n    n += 1\n    return n',
    tests: 'assert [count(), count()] == [1, 2]',
    calls: ['count'],
  }),
];

/** Graded apart and beside their tests, these must come to the same verdict: [program, tests] with `f` under test. */
export const alike: readonly (readonly [program: string, tests: string])[] = [
  ['def f(): return {3, 1, 20, 33, 8}', 'assert tuple(f()) == tuple({3, 1, 20, 33, 8})'],
  [
    'def f():\n    s = set()\n    for n in (20, 3, 33, 8, 1): s.add(n)\n    return s',
    'assert tuple(f()) == tuple({3, 1, 20, 33, 8})',
  ],
  ['def f(): return set("hello world")', 'assert sorted(f()) == sorted(set("hello world"))'],
  ['def f(): return set("hello world")', 'assert list(f()) == list(set("hello world"))'],
  ['def f(): return {62, 63} | {125, 147, 29}', 'assert list(f()) == list({62, 63} | {125, 147, 29})'],
  [
    'def f(x): return open(x)',
    'try:\n    f("/missing")\nexcept FileNotFoundError as error:\n    assert str(error).endswith("directory: \'/missing\'"), error',
  ],
  ['def f(x): return tuple(x)', 'assert f({5, 6, 7, 8}) == tuple({5, 6, 7, 8})'],
  ['def f(x): return 1', 'assert f(0) == True and f(0) is not True'],
  ['def f(x): return True', 'assert f(0) == 1'],
  ['def f(x): return x / 3', 'assert abs(f(1) - 0.3333333) < 1e-6'],
  ['def f(x): return [1, 2]', 'assert f(0) == (1, 2)'],
  ['def f(x): return x.sort()', 'assert f([2, 1]) == [1, 2]'],
  ['def f(x): return map(int, x)', 'assert list(f("12")) == [1, 2]'],
  ['def f(x): return zip(x, x)', 'assert f([1]) == [(1, 1)]'],
  ['def f(x): yield from x', 'assert sum(f([1, 2])) == 3'],
  ['from collections import Counter\ndef f(x): return Counter(x)', 'assert f("aab") == {"a": 2, "b": 1}'],
  ['from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndef f(x): return P(x).x', 'assert f(3) == 3'],
  ['def f(x): return str(x)', 'assert f(10 ** 5000).startswith("1000")'],
  ['def f(x): return hash(x)', 'assert f("text") == hash("text")'],
  ['def f(x): raise ValueError(x)', 'try:\n    f("a")\nexcept ValueError as error:\n    assert error.args == ("a",)'],
  ['def f(x): raise KeyError(x)', 'try:\n    f("a")\nexcept ValueError:\n    pass'],
  ['def f(x): assert x > 0', 'assert f(1) is None'],
  ['def f(x): assert x > 0', 'assert f(0) is None'],
  ['def f(x, memo={}):\n    memo[x] = 1\n    return len(memo)', 'assert [f(1), f(2), f(2)] == [1, 2, 2]'],
  ['import os\nf = lambda x: x', 'assert f(2) == 2'],
  ['def f(x): return {1: {2: (3, [4])}}', 'assert f(0)[1][2][1] == [4]'],
  ['def f(x): return float("nan")', 'assert f(0) != f(0)'],
  ['def f(x): return', 'assert f(0) is None'],
  ['def g(x): return x', 'assert f(1) == 1'],
  ['def g(x): return x', 'def check(candidate): pass\ncheck(f)'],
  ['def g(x): return x', 'try:\n    f\nexcept NameError:\n    raise SystemError'],
  ['f = 5', 'assert f(1) == 5'],
];

export const javascript: readonly SandboxCase[] = [
  ['a right answer passes', 'passed', 'function double(n) { return 2 * n; }'],
  ['a wrong answer fails', 'failed', 'function double(n) { return 3 * n; }'],
  ['an exception fails', 'failed', 'function double(n) { throw new TypeError("no"); }'],
  ['a program that does not parse fails', 'failed', 'function double(n { return 2 }'],
  ['a loop is timed out', 'timeout', 'function double(n) { for (;;) {} }'],
  ['a missing function fails', 'failed', 'function twice(n) { return 2 * n; }'],
  ['an end is no pass', 'failed', 'function double(n) { process.exit(0); }'],
  [
    'an object equal to everything fails',
    'failed',
    'function double(n) { return { valueOf: () => 42, toString: () => "42" }; }',
  ],
].map(([name, expected, program]) => ({
  name: name as string,
  expected: [expected as Verdict['status']],
  job: {
    language: 'javascript',
    program: program as string,
    setup: '',
    tests: 'assert.strictEqual(double(21), 42);\nassert.strictEqual(double(0), 0);',
    calls: ['double'],
    handles: [],
    timeoutMs: 1_000,
  },
}));

export const pythonCases = [good, wrong, ...clumsyPython, ...hostilePython, hunt, ...crossing];
