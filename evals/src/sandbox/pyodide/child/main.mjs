import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openChannel } from './channel.mjs';
import { emptyGlobals } from './empty-globals.mjs';
import packets from './packets.json' with { type: 'json' };
import { createBareRealm } from './realm.mjs';
import { openWire } from './wire.mjs';

/**
 * A child of the host that holds one interpreter. It runs under Node's permission model; the interpreter lives in a
 * realm that has the language alone, and this realm is emptied as well before the first run.
 */
const { TextDecoder } = globalThis;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const parse = (bytes) => JSON.parse(decoder.decode(bytes));
const send = (kind, value) => channel.write(kind, encoder.encode(JSON.stringify(value)));

const channel = openChannel();
const leave = process.reallyExit.bind(process, 0);
const wire = openWire(channel, leave);
const options = parse(channel.read()?.payload ?? leave());
const interpreter = await boot();
if (options.makeSnapshot) channel.write(packets.snapshot, interpreter.makeSnapshot());
const alarm = await startWatchdog();
const run = interpreter.lock(options.code);
const rssBytes = process.memoryUsage.rss();
emptyGlobals();
send(packets.ready, { rssBytes });

for (let number = 1; ; number = (number % 1e9) + 1) {
  const { kind, payload } = channel.read() ?? leave();
  // Anything else was meant for a run that has ended meanwhile.
  if (kind !== packets.run) continue;
  const { timeoutMs, graceMs } = parse(payload);
  wire.reset();
  alarm(number, timeoutMs + graceMs);
  const result = run(timeoutMs);
  alarm(0, 0);
  send(packets.end, result);
}

async function boot() {
  const folder = pathToFileURL(`${options.pyodideFolder}/`);
  const { info } = JSON.parse(readFileSync(new URL('pyodide-lock.json', folder), 'utf8'));
  // The names that Pyodide's shell asks for.
  const files = {
    '/pyodide.asm.wasm': new URL('pyodide.asm.wasm', folder),
    '/python_stdlib.zip': new URL('python_stdlib.zip', folder),
    ...(options.snapshotFile && { '/snapshot': options.snapshotFile }),
  };
  const host = {
    sizeOf: (path) => withFile(files[path], (file) => fstatSync(file).size),
    copyInto: (path, bytes) => withFile(files[path], (file) => fillFrom(file, bytes)),
    randomBase64: (count) => randomBytes(count).toString('base64'),
    decode: (encoding, bytes) => new TextDecoder(encoding).decode(bytes),
    now: performance.now.bind(performance),
    say: (text) => channel.write(packets.said, encoder.encode(text.slice(0, 2000))),
    ...wire.devices,
  };
  const load = createBareRealm();
  const here = (name) => new URL(name, import.meta.url);
  const { furnish } = await load(here('./furnish.mjs'));
  const strip = furnish(host);
  const { loadPyodide } = await load(new URL('pyodide.mjs', folder));
  const { default: createPyodideModule } = await load(new URL('pyodide.asm.mjs', folder));
  const { bootInterpreter } = await load(here('./interpreter.mjs'));
  const pyodide = { loadPyodide, createPyodideModule };
  return await bootInterpreter(host, strip, pyodide, { ...options, lockFile: JSON.stringify({ info, packages: {} }) });
}

function withFile(path, use) {
  const file = openSync(path);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** Straight into memory of the other realm: these are the biggest things that a child holds. */
function fillFrom(file, bytes) {
  for (let got = 0; got < bytes.length;) {
    const count = readSync(file, bytes, got, bytes.length - got, got);
    if (count === 0) throw new Error('a file of the interpreter became shorter');
    got += count;
  }
}

async function startWatchdog() {
  const state = new Int32Array(new SharedArrayBuffer(8));
  const watchdog = new Worker(new URL('./watchdog.mjs', import.meta.url), { workerData: state.buffer, env: {} });
  await new Promise((resolve) => watchdog.once('online', resolve));
  return (number, afterMs) => {
    state[1] = afterMs;
    Atomics.store(state, 0, number);
    Atomics.notify(state, 0);
  };
}
