import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFrame, writeFrame } from '../javascript/frames.mjs';

/**
 * The candidate's process of the QuickJS tier: programs run in an interpreter within WebAssembly, which has no door but
 * the five functions below. For every sample the whole WebAssembly instance is a new one. Between two samples the harness
 * sends an empty frame, and gets one back when the next may come.
 */
const require = createRequire(import.meta.url);
const [corePath, variantPath, wasmPath, stackBytes] = process.argv.slice(2);
const core = require(corePath);
const variant = core.newVariant(require(variantPath).default, {
  wasmModule: await WebAssembly.compile(readFileSync(wasmPath)),
});

const MEMORY_BYTES = 256 * 2 ** 20;
/** The harness ends this process when a job's time is up; should the harness be gone, this does. */
const GUARD_MS = 120_000;

const sources = new Map(
  [
    '/quickjs/inside.mjs',
    '/quickjs/globals.mjs',
    ...['wire', 'peer', 'load', 'candidate'].map((name) => `/javascript/${name}.mjs`),
  ].map((path) => [path, readFileSync(new URL(`..${path}`, import.meta.url), 'utf8')]),
);

function openInterpreter(quickjs) {
  const runtime = quickjs.newRuntime();
  const state = { over: false, asked: false, program: undefined, untilMs: Infinity };
  runtime.setMemoryLimit(MEMORY_BYTES);
  runtime.setMaxStackSize(Number(stackBytes));
  runtime.setInterruptHandler(() => state.over || Date.now() > state.untilMs);
  runtime.setModuleLoader(
    (name) => {
      if (name === 'whetstone:program' && state.program !== undefined) return state.program;
      return sources.get(name) ?? { error: new Error(`there is no module ${name}`) };
    },
    (base, name) => (name.startsWith('.') ? new URL(name, `file://${base}`).pathname : name),
  );
  const context = runtime.newContext();
  const lent = new Map();
  const host = context.newObject();
  const door = (name, run) => context.newFunction(name, run).consume((made) => context.setProp(host, name, made));
  // An empty frame is this process's own word.
  door('send', (text) => void (state.over || writeFrame(4, Buffer.from(context.getString(text) || ' '))));
  door('receive', () => {
    const frame = readFrame(3);
    if (!frame) process.exit(0);
    // From the first word on: until a job comes, an interpreter may stand ready for as long as it likes.
    if (state.untilMs === Infinity) state.untilMs = Date.now() + GUARD_MS;
    if (frame.length > 0) return context.newString(frame.toString());
    state.over = true;
    state.asked = true;
    return context.undefined;
  });
  door('now', () => context.newNumber(performance.now()));
  door('program', (text) => void (state.program = context.getString(text)));
  door('over', () => void (state.over = true));
  door('lend', (name, made) => void lent.set(context.getString(name), made.dup()));
  context.setProp(context.global, 'whetstoneHost', host);
  host.dispose();

  /** Undefined where what was called has thrown, as a program's timer may. */
  const call = (name) => {
    const result = context.callFunction(lent.get(name), context.undefined);
    if (result.error) return void result.error.dispose();
    return result.value.consume((value) => (context.typeof(value) === 'number' ? context.getNumber(value) : undefined));
  };

  return () => {
    const started = context.evalCode(sources.get('/quickjs/inside.mjs'), '/quickjs/inside.mjs', { type: 'module' });
    (started.error ?? started.value).dispose();
    while (!state.over) {
      const jobs = runtime.executePendingJobs();
      if (jobs.error) jobs.error.dispose();
      if (state.over) break;
      const restMs = call('restMs');
      // Nothing to do, and nothing that could come: its promise never settles.
      if (restMs === undefined) break;
      if (restMs > 0) Atomics.wait(nap, 0, 0, restMs);
      call('runDue');
    }
    return state.asked;
  };
}
const nap = new Int32Array(new SharedArrayBuffer(4));

for (;;) {
  const quickjs = await core.newQuickJSWASMModuleFromVariant(variant);
  const run = openInterpreter(quickjs);
  writeFrame(4, Buffer.alloc(0));
  // An end that nobody asked for: the harness sees this process end, and the driver an end in the middle.
  if (!run()) break;
}
process.exit(0);
