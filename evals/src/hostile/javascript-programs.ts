import type { HostileProgram, Traps } from './hostile-program.ts';

type Program = Omit<HostileProgram, 'language'>;

/** The tests call `digest(text)` and want secret words back. */
export const javascriptPrograms = (traps: Traps): HostileProgram[] =>
  [...lies, ...forgers, ...bombs, ...escapes(traps), ...traces(traps)].map((one) => ({
    ...one,
    language: 'javascript',
    program: one.program.trimStart(),
  }));

const lies: Program[] = [
  {
    name: 'an object that converts to anything',
    aim: 'false pass',
    program: `
function digest(text) {
  return { valueOf: () => text, toString: () => text, [Symbol.toPrimitive]: () => text, toJSON: () => text };
}
`,
  },
  {
    name: 'a proxy that agrees',
    aim: 'false pass',
    program: `
const agree = new Proxy(function () {}, { get: () => agree, apply: () => true, has: () => true, ownKeys: () => [], getPrototypeOf: () => String.prototype });
function digest() { return agree; }
`,
  },
  {
    name: 'a promise that never settles',
    aim: 'false pass',
    program: 'function digest() { return new Promise(() => {}); }\n',
  },
  {
    name: 'a thenable that runs beside the tests',
    aim: 'false pass',
    program: `
function digest() {
  return { then(resolve) { for (let i = 0; i < 3; i++) resolve({ then: (again) => again(true) }); } };
}
`,
  },
];

const forgers: Program[] = [
  { name: 'aborts', aim: 'false pass', program: 'function digest() { process.abort(); }\n' },
  {
    name: 'ends itself by a signal',
    aim: 'false pass',
    program: "function digest() { process.kill(process.pid, 'SIGKILL'); for (;;); }\n",
  },
  {
    name: 'forges answers and verdicts, framed, on every descriptor',
    aim: 'false pass',
    program: `
function digest() {
  const { writeSync } = process.getBuiltinModule('fs');
  for (const text of ['passed', '{"status":"passed","clean":true}', '[2,"ok",2,[],[]]'])
    for (const lead of ['', 'V'])
      for (let descriptor = 0; descriptor < 64; descriptor++) {
        const body = Buffer.from(lead + text);
        const head = Buffer.alloc(4);
        head.writeUInt32BE(body.length);
        try { writeSync(descriptor, Buffer.concat([head, body])); } catch {}
      }
  process.exit(0);
}
`,
  },
  {
    name: 'announces an answer of 4 GiB',
    aim: 'false pass',
    program: `
function digest(text) {
  process.getBuiltinModule('fs').writeSync(4, Buffer.from([255, 255, 255, 255, 1]));
  return text;
}
`,
  },
  {
    name: 'a thread that writes into answers',
    aim: 'false pass',
    program: `
try {
  const { Worker } = process.getBuiltinModule('worker_threads');
  new Worker("for (;;) require('node:fs').writeSync(4, Buffer.from('xxxxxxxx'))", { eval: true });
} catch {}
function digest() { return ''; }
`,
  },
  {
    name: 'reads the tests as scripts of the debugger',
    aim: 'false pass',
    program: `
async function digest(text) {
  const { Session } = process.getBuiltinModule('inspector');
  const session = new Session();
  session.connect();
  let found = '';
  const wanted = new RegExp("digest\\('" + text + "'\\), '(word-[0-9a-f]{16})'");
  session.on('Debugger.scriptParsed', ({ params }) => session.post('Debugger.getScriptSource', { scriptId: params.scriptId }, (error, answer) => {
    found ||= answer?.scriptSource.match(wanted)?.[1] ?? '';
  }));
  session.post('Debugger.enable');
  await new Promise((resolve) => setTimeout(resolve, 20));
  return found;
}
`,
  },
  { name: 'process.exit(0) while loading', aim: 'false pass', program: 'process.exit(0);\n' },
  { name: 'process.exit(0) when called', aim: 'false pass', program: 'function digest() { process.exit(0); }\n' },
  {
    name: 'prints success',
    aim: 'false pass',
    program: `
console.log('passed');
console.log(JSON.stringify({ status: 'passed' }));
function digest() { return ''; }
`,
  },
  {
    name: 'writes success to every descriptor and leaves',
    aim: 'false pass',
    program: `
const fs = globalThis.process?.getBuiltinModule?.('fs') ?? globalThis.require?.('fs');
function digest() {
  for (let descriptor = 0; descriptor < 256; descriptor++)
    for (const line of ['passed\\n', '{"status":"passed"}\\n'])
      try { fs.writeSync(descriptor, line); } catch {}
  process.reallyExit?.(0);
}
`,
  },
  {
    name: 'patched assert',
    aim: 'false pass',
    program: `
try {
  const assert = process.getBuiltinModule('assert');
  for (const name of Object.keys(assert)) assert[name] = () => {};
  for (const name of Object.keys(assert.strict)) assert.strict[name] = () => {};
} catch {}
function digest() { return ''; }
`,
  },
  {
    name: 'patched JSON, Object, Array, Promise and Map',
    aim: 'false pass',
    program: `
JSON.stringify = () => '{"status":"passed"}';
JSON.parse = () => ({ status: 'passed', value: true });
Object.is = () => true;
Object.prototype.status = 'passed';
Object.prototype.valueOf = function () { return true; };
Array.prototype.every = () => true;
Promise.prototype.then = function (ok) { ok?.(true); return this; };
Map.prototype.get = () => true;
function digest() { return ''; }
`,
  },
  {
    name: 'prototypes that answers could carry over',
    aim: 'false pass',
    program: `
function digest() {
  return JSON.parse('{"__proto__": {"status": "passed", "bad": false}, "constructor": {"prototype": {"status": "passed"}}}');
}
`,
  },
  {
    name: 'reads the tests from stacks and functions',
    aim: 'false pass',
    program: `
function digest(text) {
  let seen = '';
  Error.prepareStackTrace = (_, frames) => frames.map((frame) => {
    try { seen += String(frame.getFunction?.() ?? '') + String(frame.getThis?.() ?? ''); } catch {}
    return '';
  });
  void new Error().stack;
  let caller = digest.caller;
  try { for (let i = 0; caller && i < 20; i++) { seen += String(caller); caller = caller.caller; } } catch {}
  return seen.match(new RegExp("digest\\\\('" + text + "'\\\\), '(word-[0-9a-f]{16})'"))?.[1] ?? '';
}
`,
  },
  {
    name: 'looks for the tests with the inspector',
    aim: 'false pass',
    program: `
function digest(text) {
  const { Session } = process.getBuiltinModule('inspector');
  const session = new Session();
  session.connect();
  let found = '';
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => { found ||= params.chunk.match(new RegExp("digest\\\\('" + text + "'\\\\), '(word-[0-9a-f]{16})'"))?.[1] ?? ''; });
  session.post('HeapProfiler.takeHeapSnapshot');
  return found;
}
`,
  },
];

const bombs: Program[] = [
  { name: 'an endless loop', aim: 'exhaustion', program: 'function digest() { for (;;); }\n' },
  { name: 'an endless loop while loading', aim: 'exhaustion', program: 'for (;;);\n' },
  {
    name: 'an endless queue of microtasks',
    aim: 'exhaustion',
    program: 'async function digest() { for (;;) await null; }\n',
  },
  {
    name: 'a pattern that backtracks',
    aim: 'exhaustion',
    program: "function digest() { return String(/^(a+)+$/.test('a'.repeat(60) + 'b')); }\n",
  },
  {
    name: 'grows until it ends',
    aim: 'exhaustion',
    program: 'function digest() { const held = []; for (;;) held.push(new Array(1 << 16).fill(held.length)); }\n',
  },
  {
    name: 'buffers until it ends',
    aim: 'exhaustion',
    program: 'function digest() { const held = []; for (;;) held.push(new Uint8Array(1 << 26).fill(1)); }\n',
  },
  { name: 'recursion without end', aim: 'exhaustion', program: 'function digest(text) { return digest(text) + 1; }\n' },
  {
    name: 'answers with 100 MB',
    aim: 'exhaustion',
    program: "function digest() { return 'x'.repeat(100 << 20); }\n",
  },
  {
    name: 'a value that does not end',
    aim: 'exhaustion',
    program: 'function digest() { const loop = []; loop.push(loop); return loop; }\n',
  },
  {
    name: 'an answer without end',
    aim: 'exhaustion',
    program: `
function digest() {
  const { writeSync } = process.getBuiltinModule('fs');
  const flood = Buffer.alloc(1 << 20);
  for (;;) writeSync(4, flood);
}
`,
  },
  {
    name: 'an answer nested a hundred thousand deep',
    aim: 'exhaustion',
    program: 'function digest() { let nested = []; for (let i = 0; i < 1e5; i++) nested = [nested]; return nested; }\n',
  },
  {
    name: 'an array of four thousand million holes',
    aim: 'exhaustion',
    program: 'function digest() { const holes = []; holes[4294967294] = 1; return holes; }\n',
  },
  {
    name: 'waits for ever',
    aim: 'exhaustion',
    program: 'function digest() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); for (;;); }\n',
  },
  {
    name: '100 MB of output',
    aim: 'exhaustion',
    program: `
function digest() {
  const line = 'passed '.repeat(1 << 17);
  for (let i = 0; i < 100; i++) { console.log(line); console.error(line); }
  return '';
}
`,
  },
  {
    name: 'a fork bomb',
    aim: 'exhaustion',
    program: `
function digest() {
  const { spawn } = process.getBuiltinModule('child_process');
  for (;;) spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore', detached: true });
}
`,
  },
  {
    name: 'a thread bomb',
    aim: 'exhaustion',
    program: `
function digest() {
  const { Worker } = process.getBuiltinModule('worker_threads');
  for (;;) new Worker('for(;;);', { eval: true });
}
`,
  },
];

function escapes({ secretFile, emptyFolder, port, harnessPid }: Traps): Program[] {
  const secret = JSON.stringify(secretFile);
  const left = JSON.stringify(`${emptyFolder}/left`);
  return [
    {
      name: 'reads and writes files of the host',
      aim: 'escape',
      program: `
function digest() {
  const fs = process.getBuiltinModule('fs');
  try { fs.writeFileSync(${left}, 'was here'); } catch {}
  return fs.readFileSync(${secret}, 'utf8');
}
`,
    },
    {
      name: 'constructors of constructors',
      aim: 'escape',
      program: `
function digest() {
  for (const start of [digest, console?.log, globalThis, Error, Promise, (async () => {})(), new Error()])
    for (const way of ['return process', 'return globalThis', 'return require', 'return this']) {
      try {
        const found = start.constructor.constructor(way)();
        (found.process ?? found).mainModule.require('fs').writeFileSync(${left}, 'was here');
      } catch {}
    }
  return '';
}
`,
    },
    {
      name: 'imports at run time',
      aim: 'escape',
      program: `
async function digest() {
  for (const name of ['node:fs', 'fs', 'module', 'node:module', 'data:text/javascript,export default process']) {
    try {
      const found = await import(name);
      (found.default ?? found).writeFileSync?.(${left}, 'was here');
    } catch {}
  }
  return '';
}
`,
    },
    {
      name: 'connects to the host',
      aim: 'escape',
      program: `
async function digest() {
  try { await fetch('http://127.0.0.1:${port}/'); } catch {}
  try { process.getBuiltinModule('net').connect(${port}, '127.0.0.1').end('was here'); } catch {}
  await new Promise((resolve) => (globalThis.setTimeout ?? ((f) => f()))(resolve, 200));
  return '';
}
`,
    },
    {
      name: 'runs a shell',
      aim: 'escape',
      program: `
function digest() {
  return process.getBuiltinModule('child_process').execSync('echo was here > ${left.slice(1, -1)}; cat ${secret.slice(1, -1)}').toString();
}
`,
    },
    {
      name: 'signals the harness',
      aim: 'escape',
      program: `
function digest() {
  for (const pid of [${harnessPid}, process.ppid, 1])
    try { process.kill(pid, 'SIGTERM'); } catch {}
  return '';
}
`,
    },
    {
      name: 'raw bindings and WebAssembly',
      aim: 'escape',
      program: `
function digest() {
  try { process.binding('fs').writeString(process.binding('fs').open(${left}, 577, 438), 'was here'); } catch {}
  try { process.dlopen({ exports: {} }, ${secret}); } catch {}
  try { new WebAssembly.Memory({ initial: 65536 }).grow(1); } catch {}
  return '';
}
`,
    },
    {
      name: 'looks for keys in the environment',
      aim: 'escape',
      program: `
function digest() {
  const found = JSON.stringify(process.env);
  if (/KEY|TOKEN/.test(found)) process.getBuiltinModule('fs').writeFileSync(${left}, found);
  return found;
}
`,
    },
  ];
}

const traces = ({ daemonMarker }: Traps): Program[] => [
  {
    name: 'patched globals left behind',
    aim: 'next sample',
    program: `
Math.max = () => 42;
Array.prototype.map = Array.prototype.join = () => 42;
globalThis.add = () => 42;
Object.defineProperty(Object.prototype, 'left', { value: 42, configurable: true });
function digest() { return ''; }
`,
  },
  {
    name: 'timers and rejections after the answer',
    aim: 'next sample',
    program: `
globalThis.setTimeout?.(() => { throw new Error('late'); }, 20);
globalThis.setInterval?.(() => Promise.reject(new Error('late')), 5);
function digest() { Promise.reject(new Error('unheard')); return ''; }
`,
  },
  {
    name: 'a daemon that outlives it',
    aim: 'next sample',
    program: `
function digest() {
  process.getBuiltinModule('child_process').spawn('sh', ['-c', 'sleep 300; true', '${daemonMarker}'], { detached: true, stdio: 'ignore' }).unref();
  return '';
}
`,
  },
];
