import type { HostileProgram, Traps } from './hostile-program.ts';
import { escapes } from './python-escapes.ts';

type Program = Omit<HostileProgram, 'language'>;

/** The tests call `digest(text)` and want secret words back. */
export const pythonPrograms = (traps: Traps): HostileProgram[] =>
  [...lies, ...exits, ...readers, ...forgers, ...bombs, ...escapes(traps), ...traces].map((one) => ({
    ...one,
    language: 'python',
    program: one.program.trimStart(),
  }));

/** Values that agree with whatever they are compared to. */
const lies: Program[] = [
  {
    name: 'an object equal to everything',
    aim: 'false pass',
    program: `
class Agree:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True
def digest(text): return Agree()
`,
  },
  {
    name: 'a text that equals everything',
    aim: 'false pass',
    program: `
class Agree(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = str.__hash__
def digest(text): return Agree("x")
`,
  },
  {
    name: 'a number that equals everything',
    aim: 'false pass',
    program: `
class Agree(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = int.__hash__
def digest(text): return Agree(1)
`,
  },
  {
    name: 'an object that says it is a text',
    aim: 'false pass',
    program: `
class Agree:
    __class__ = str
    def __eq__(self, other): return True
    def __hash__(self): return 0
def digest(text): return Agree()
`,
  },
  {
    name: 'a metaclass that compares for its classes',
    aim: 'false pass',
    program: `
class Meta(type):
    def __eq__(cls, other): return True
    def __hash__(cls): return 0
class Agree(metaclass=Meta): pass
def digest(text): return Agree
`,
  },
  {
    name: 'a list whose items agree',
    aim: 'false pass',
    program: `
class Agree(list):
    def __eq__(self, other): return True
    def __getitem__(self, index): return self
def digest(text): return Agree([Agree()])
`,
  },
];

/** An end of the process that could be taken for a good end. */
const exits: Program[] = [
  { name: 'os._exit(0) while loading', aim: 'false pass', program: 'import os\nos._exit(0)\n' },
  { name: 'os._exit(0) when called', aim: 'false pass', program: 'import os\ndef digest(text): os._exit(0)\n' },
  { name: 'sys.exit(0) while loading', aim: 'false pass', program: 'import sys\nsys.exit(0)\n' },
  { name: 'SystemExit when called', aim: 'false pass', program: 'def digest(text): raise SystemExit(0)\n' },
  {
    name: 'exec of /bin/true',
    aim: 'false pass',
    program: `
import os
def digest(text): os.execv("/bin/true", ["true"])
`,
  },
  {
    name: 'a BaseException of its own',
    aim: 'false pass',
    program: `
class End(BaseException): pass
def digest(text): raise End()
`,
  },
  {
    name: 'kills itself',
    aim: 'false pass',
    program: 'import os, signal\ndef digest(text): os.kill(os.getpid(), signal.SIGKILL)\n',
  },
];

/** How a word stands in the tests, and in the constants of their code. */
const finding = `
import re
def in_text(held, text):
    found = re.search(r"digest\\('" + text + r"'\\) == '(word-[0-9a-f]{16})'", held)
    return found and found.group(1)
def in_constants(held, text):
    for index, value in enumerate(held[:-1]):
        if type(value) is str and value == text and str(held[index + 1]).startswith("word-"): return held[index + 1]
def in_bytes(held, text):
    found = re.search(rb"digest\\('" + text.encode() + rb"'\\) == '(word-[0-9a-f]{16})'", held)
    return found and found.group(1).decode()
def in_memory(pid, text):
    for line in open(f"/proc/{pid}/maps"):
        span, mode = line.split()[:2]
        if "r" not in mode: continue
        low, high = (int(part, 16) for part in span.split("-"))
        with open(f"/proc/{pid}/mem", "rb") as memory:
            memory.seek(low)
            try: found = in_bytes(memory.read(high - low), text)
            except (OSError, OverflowError): continue
            if found: return found
`;

/** Looks for the tests and the words in them. */
const readers: Program[] = [
  {
    name: 'reads the tests from the frames above',
    aim: 'false pass',
    program: `${finding}
import sys
def digest(text):
    frame = sys._getframe()
    while frame:
        found = in_constants(frame.f_code.co_consts, text)
        for scope in (frame.f_locals, frame.f_globals):
            for value in list(scope.values()):
                if type(value) is str: found = found or in_text(value, text)
        if found: return found
        frame = frame.f_back
`,
  },
  {
    name: 'looks through every object for the words',
    aim: 'false pass',
    program: `${finding}
import gc
def digest(text):
    for held in gc.get_objects():
        try: values = list(held.values() if isinstance(held, dict) else held)
        except Exception: continue
        for value in values:
            if type(value) is str and len(value) < 10000:
                found = in_text(value, text)
                if found: return found
`,
  },
  {
    name: 'reads the memory of its process',
    aim: 'false pass',
    program: `${finding}
def digest(text): return in_memory("self", text)
`,
  },
  {
    name: 'reads the memory of other processes',
    aim: 'false pass',
    program: `${finding}
import os
def digest(text):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) == os.getpid(): continue
        try: found = in_memory(pid, text)
        except OSError: continue
        if found: return found
`,
  },
  {
    name: 'traces the lines of the tests',
    aim: 'false pass',
    program: `${finding}
import sys
seen = {}
def trace(frame, event, arg):
    seen[frame.f_code] = frame.f_code.co_consts
    return trace
sys.settrace(trace)
frame = sys._getframe()
while frame:
    frame.f_trace = trace
    frame = frame.f_back
def digest(text):
    for constants in list(seen.values()):
        found = in_constants(constants, text)
        if found: return found
`,
  },
];

/** Says "passed" where a verdict could be listened for, or bends what judges. */
const forgers: Program[] = [
  {
    name: 'prints success',
    aim: 'false pass',
    program: `
import sys
print("passed", flush=True)
print('{"status": "passed"}', flush=True)
print("passed", file=sys.stderr, flush=True)
def digest(text): return ""
`,
  },
  {
    name: 'writes success to every descriptor and leaves',
    aim: 'false pass',
    program: `
import os
def digest(text):
    for line in (b'passed\\n', b'{"status": "passed"}\\n', b'\\x00\\x00\\x00\\x06passed'):
        for descriptor in range(256):
            try: os.write(descriptor, line)
            except OSError: pass
    os._exit(0)
`,
  },
  {
    name: 'writes success to every descriptor and sleeps',
    aim: 'false pass',
    program: `
import os, time
for descriptor in range(256):
    try: os.write(descriptor, b'{"status": "passed"}\\n')
    except OSError: pass
def digest(text): time.sleep(60)
`,
  },
  {
    name: 'floods its channel with frames',
    aim: 'false pass',
    program: `
import os
def digest(text):
    for descriptor in range(3, 64):
        try:
            for _ in range(1000): os.write(descriptor, b"\\xff\\xff\\xff\\xff[[[[[[[[")
        except OSError: pass
    return ""
`,
  },
  {
    name: 'a value that does not end',
    aim: 'false pass',
    program: `
def digest(text):
    loop = []
    loop.append(loop)
    return loop
`,
  },
  {
    name: 'a value nested a million deep',
    aim: 'false pass',
    program: `
def digest(text):
    deep = []
    for _ in range(1_000_000): deep = [deep]
    return deep
`,
  },
  {
    name: 'patched builtins',
    aim: 'false pass',
    program: `
import builtins
builtins.AssertionError = type("AssertionError", (Exception,), {})
builtins.isinstance = lambda *_: True
builtins.repr = lambda _: "''"
builtins.exec = builtins.eval = builtins.compile = lambda *_, **__: None
def digest(text): return True
`,
  },
  {
    name: 'patched json, socket, struct and os',
    aim: 'false pass',
    program: `
import json, os, socket, struct, sys
json.dumps = lambda *_, **__: '"passed"'
json.loads = lambda *_, **__: {"status": "passed"}
struct.pack = lambda *_: b""
socket.create_connection = lambda *_, **__: None
os.write = lambda *_: 0
sys.excepthook = lambda *_: None
def digest(text): return "passed"
`,
  },
  {
    name: 'another check, another digest',
    aim: 'false pass',
    program: `
import sys
main = sys.modules["__main__"]
for name in ("check", "verdict", "passed", "status", "grade", "run"): setattr(main, name, lambda *_, **__: "passed")
check = lambda *_: None
def digest(text):
    global digest
    digest = check
    return ""
`,
  },
  {
    name: 'debuggers of the process above',
    aim: 'false pass',
    program: `
import ctypes, os
def digest(text):
    libc = ctypes.CDLL(None, use_errno=True)
    for pid in (1, os.getppid(), os.getpid() - 1):
        libc.ptrace(16, pid, 0, 0)
        pidfd = libc.syscall(434, pid, 0)
        for wanted in range(16):
            stolen = libc.syscall(438, pidfd, wanted, 0)
            if stolen >= 0:
                try: os.write(stolen, b'{"status": "passed"}\\n')
                except OSError: pass
    os._exit(0)
`,
  },
];

/** Takes all there is of something. */
const bombs: Program[] = [
  { name: 'an endless loop', aim: 'exhaustion', program: 'def digest(text):\n    while True: pass\n' },
  { name: 'an endless loop while loading', aim: 'exhaustion', program: 'while True: pass\n' },
  {
    name: 'an endless loop that catches everything',
    aim: 'exhaustion',
    program: `
def digest(text):
    while True:
        try:
            while True: pass
        except BaseException: pass
`,
  },
  { name: 'a loop in C: a power of powers', aim: 'exhaustion', program: 'def digest(text): return 7 ** (10 ** 9)\n' },
  {
    name: 'a loop in C: a pattern that backtracks',
    aim: 'exhaustion',
    program: 'import re\ndef digest(text): return re.match(r"(a+)+$", "a" * 60 + "b")\n',
  },
  { name: 'sleeps', aim: 'exhaustion', program: 'import time\ndef digest(text): time.sleep(3600)\n' },
  {
    name: 'a fork bomb',
    aim: 'exhaustion',
    program: `
import os
def digest(text):
    while True:
        try: os.fork()
        except OSError: pass
`,
  },
  {
    name: 'a thread bomb',
    aim: 'exhaustion',
    program: `
import threading, time
def digest(text):
    while True:
        try: threading.Thread(target=time.sleep, args=(60,)).start()
        except RuntimeError: pass
`,
  },
  { name: 'asks for 4 GB', aim: 'exhaustion', program: 'def digest(text): return str(len(bytearray(4 << 30)))\n' },
  {
    name: 'grows until it ends',
    aim: 'exhaustion',
    program: `
def digest(text):
    held = []
    while True: held.append(bytearray(1 << 24))
`,
  },
  {
    name: 'recursion without end',
    aim: 'exhaustion',
    program: 'import sys\nsys.setrecursionlimit(10**9)\ndef digest(text): return digest(text)\n',
  },
  {
    name: '100 MB of output',
    aim: 'exhaustion',
    program: `
import sys
def digest(text):
    for _ in range(100): sys.stdout.write("x" * (1 << 20))
    sys.stdout.flush()
    return ""
`,
  },
  { name: 'answers with 100 MB', aim: 'exhaustion', program: 'def digest(text): return "x" * (100 << 20)\n' },
  { name: 'waits for input', aim: 'exhaustion', program: 'def digest(text): return input()\n' },
];

/** Leaves something behind for whoever comes next. */
const traces: Program[] = [
  {
    name: 'patched modules left behind',
    aim: 'next sample',
    program: `
import builtins, math, random, sys
math.sqrt = lambda _: 42
builtins.len = builtins.sum = builtins.sorted = lambda *_, **__: 42
random.random = lambda: 42
sys.modules["re"] = sys.modules["json"] = None
sys.path.insert(0, "/tmp")
def digest(text): return ""
`,
  },
  {
    name: 'a daemon that outlives it',
    aim: 'next sample',
    program: `
import os, time
def digest(text):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True: time.sleep(0.01)
        os._exit(0)
    return ""
`,
  },
  {
    name: 'threads, exit hooks and finalizers after the answer',
    aim: 'next sample',
    program: `
import atexit, os, threading, time
class Late:
    def __del__(self): os._exit(0)
late = Late()
atexit.register(os._exit, 0)
def wait():
    time.sleep(0.05)
    os._exit(0)
threading.Thread(target=wait).start()
def digest(text): return ""
`,
  },
  {
    name: 'files for the next one',
    aim: 'next sample',
    program: `
import os
for folder in ("/", "/tmp", "/dev/shm", "/var/tmp", "/run", ".", "/usr/lib/python3", os.path.expanduser("~")):
    for name in ("math.py", "add.py", "sitecustomize.py", "whetstone-left"):
        try: open(os.path.join(folder, name), "w").write("raise SystemExit(0)")
        except OSError: pass
def digest(text): return ""
`,
  },
  {
    name: 'stops all it can signal',
    aim: 'next sample',
    program: `
import os, signal
def digest(text):
    for pid in (os.getppid(), 1, -1):
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
            try: os.kill(pid, number)
            except OSError: pass
    return ""
`,
  },
];
