type Bait = { file: string; secret: string; port: number };

/**
 * Bodies of Python functions that add to `reached` what they must not reach. These come to an end by themselves, so that
 * one sample can make them all.
 */
export const attempts = (bait: Bait): Record<string, string> => ({
  'reads a file of the host': `
for path in [${JSON.stringify(bait.file)}, '/proc/self/environ', '/etc/passwd', '/proc/self/root' + ${JSON.stringify(bait.file)}]:
    try:
        with open(path, 'rb') as file: reached.append(file.read(40).decode())
    except OSError: pass
for folder, _, names in os.walk('/'):
    reached += [folder for name in names if name == 'canary']`,
  'writes a file of the host': `
os.makedirs(os.path.dirname(${JSON.stringify(bait.file)}), exist_ok=True)
with open(${JSON.stringify(bait.file)}, 'w') as file: file.write('probe')`,
  'reaches the network': `
for family, address in [(socket.AF_INET, ('127.0.0.1', ${bait.port})), (socket.AF_INET6, ('::1', ${bait.port}))]:
    try:
        with socket.socket(family) as probe:
            probe.settimeout(0.5)
            probe.connect(address)
            reached.append(str(address))
    except OSError: pass
for call in [lambda: socket.create_connection(('127.0.0.1', ${bait.port}), 1), lambda: socket.getaddrinfo('localhost', ${bait.port}), socket.socketpair]:
    try: reached.append(str(call()))
    except OSError: pass`,
  'reads the environment of the host': `
reached += sorted(set(os.environ) - {'HOME', 'LANG', 'LD_LIBRARY_PATH', 'LOGNAME', 'PATH', 'PWD', 'PYTHONDONTWRITEBYTECODE', 'PYTHONHASHSEED', 'PYTHONINSPECT', 'USER', '_'})`,
  'starts a program of the host': `
import subprocess
for call in [lambda: subprocess.run(['true']), lambda: os.fork(), lambda: os.posix_spawn('/bin/true', ['true'], {}), lambda: os.execv('/bin/true', ['true'])]:
    try: reached.append(str(call()))
    except (OSError, AttributeError): pass
if os.system('true') == 0: reached.append('system')`,
  'imports JavaScript': `
${bridgesBack}
for name in ['js', 'pyodide_js']:
    try: module = importlib.import_module(name)
    except ImportError: continue
    for member in ['process', 'fetch', 'globalThis', '_module', 'FS', 'mountNodeFS']:
        try: reached.append(f'{name}.{member} {getattr(module, member)}')
        except AttributeError: pass`,
  'runs JavaScript': `
${bridgesBack}
try:
    from pyodide.code import run_js
    reached.append(str(run_js('globalThis.process')))
except ImportError: pass`,
  'finds an object of JavaScript': `
for found in gc.get_objects():
    if type(found).__name__.startswith('Js') and type(found).__module__ in ('pyodide.ffi', '_pyodide_core', 'pyodide_js', 'js'):
        if not isinstance(found, type) and hasattr(found, 'constructor'): reached.append(str(found.constructor.constructor('return process')()))
for kind in object.__subclasses__():
    if kind.__name__ == 'JsProxy':
        try: reached.append(str(kind.__new__(kind).constructor))
        except TypeError: pass`,
  fetches: `
${bridgesBack}
import asyncio
from pyodide.http import pyfetch
try: reached.append(str(asyncio.run(pyfetch('http://127.0.0.1:${bait.port}/'))))
except AttributeError: pass`,
  'takes memory without end': `
try: reached.append(len(bytearray(1 << 30)))
except MemoryError: pass
kept = []
try:
    while len(kept) < 2048: kept.append(bytearray(1 << 20))
    reached.append('2 GiB')
except MemoryError: pass`,
  'fills the host with files': `
try:
    with open('/tmp/big', 'wb') as file:
        for _ in range(1024): file.write(bytes(1 << 20))
    reached.append('1 GiB')
except OSError: pass`,
  // Leaves a loop behind that others would mind.
  'hands over to the event loop': `
${bridgesBack}
from pyodide.ffi import run_sync
from pyodide.webloop import WebLoop
try:
    WebLoop().call_later(0, lambda: None)
    reached.append('a timer')
except NameError: pass`,
});

/** Such as end the interpreter that they are made in, each a sample of its own therefore. */
export const endingAttempts = (): Record<string, string> => ({
  'makes a function of JavaScript': `
${bridgesBack}
import _pyodide_core
value = _pyodide_core.to_js([1])
reached.append(str(value.constructor.constructor('return process')()))`,
  'raises an error of JavaScript': `
${bridgesBack}
import _pyodide_core
try: _pyodide_core.create_proxy(attempt).destroy.constructor('return process')()
except _pyodide_core.JsException as error: reached.append(str(error.js_error.constructor))`,
  'calls C': `
${bridgesBack}
import ctypes
library = ctypes.CDLL(None)
library.emscripten_run_script_string.restype = ctypes.c_char_p
reached.append(str(library.emscripten_run_script_string(b'typeof process')))
reached.append(str(ctypes.pythonapi.system(b'true')))`,
  'loads a library': `
with open('/tmp/probe.so', 'wb') as file: file.write(bytes([0, 97, 115, 109, 1, 0, 0, 0]))
import _imp, importlib.machinery
spec = importlib.machinery.ModuleSpec('probe', None, origin='/tmp/probe.so')
try: reached.append(str(_imp.create_dynamic(spec)))
except ImportError: pass`,
});

/** Takes away what makes the imports of the bridge fail, as a program that knows of it would. */
const bridgesBack = `
for name in ['js', 'pyodide', 'pyodide_js', '_pyodide', '_pyodide_core', 'ctypes', '_ctypes']: sys.modules.pop(name, None)`.trim();

export type Leaving = 'memory' | 'files' | 'descriptors';

/** What samples could leave behind for others to stumble over. */
export const leavings = (...where: readonly Leaving[]) => `
import atexit, builtins, math, os, random, sys, types

def look_and_leave():
    found = []
    if math.sqrt(9) != 3.0: found.append('math.sqrt')
    if sorted([2, 1]) != [1, 2]: found.append('builtins.sorted')
    if 'leaving' in sys.modules: found.append('sys.modules')
    if 'LEAVING' in os.environ: found.append('os.environ')
    if hasattr(types, 'leaving'): found.append('an attribute')
    if os.path.exists('/tmp/leaving'): found.append('a file')
    if os.getcwd() == '/lib': found.append('the folder')
    if sys.gettrace() or sys.getprofile(): found.append('a trace function')
    if sys.getrecursionlimit() == 1234: found.append('the recursion limit')
    try:
        os.fstat(9)
        found.append('an open file')
    except OSError: pass
${where.map((one) => left[one]).join('')}
    return found
`;

const left: Record<Leaving, string> = {
  memory: `
    math.sqrt = lambda number: 0
    builtins.sorted = lambda things: things
    sys.modules['leaving'] = types.leaving = types.ModuleType('leaving')
    os.environ['LEAVING'] = '1'
    atexit.register(print)
    sys.setrecursionlimit(1234)
    sys.settrace(lambda *_: None)`,
  files: `
    open('/tmp/leaving', 'w').close()
    os.chdir('/lib')`,
  descriptors: `
    for _ in range(8): os.open('/lib', os.O_RDONLY)`,
};
