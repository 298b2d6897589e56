import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * What JavaScript could do that got out of WebAssembly: run with the flags of an interpreter's process, first in the
 * realm of the interpreter, then in that of its keeper. argv: folder of the child's files, a file of the host.
 */
const child = (name) => new URL(name, pathToFileURL(`${process.argv[2]}/`));
const { createBareRealm } = await import(child('realm.mjs'));
const { emptyGlobals } = await import(child('empty-globals.mjs'));
const { stdout } = process;
const leave = () => process.reallyExit(0);
const hostFile = process.argv[3];

const inside = await createBareRealm()(new URL('./walls-in-realm.mjs', import.meta.url));
const reached = inside.attempts();
const tries = {
  'reads a file': () => readFileSync(hostFile, 'utf8'),
  'starts a program': () => spawnSync('true').status,
};
for (const name of Object.keys(tries))
  try {
    reached.push(`keeper: ${name}: ${String(tries[name]())}`);
  } catch (error) {
    if (error.code !== 'ERR_ACCESS_DENIED') reached.push(`keeper: ${name}: ${String(error)}`);
  }
const write = stdout.write.bind(stdout);
emptyGlobals();
for (const name of [
  'process',
  'require',
  'fetch',
  'WebSocket',
  'WebAssembly',
  'Buffer',
  'setTimeout',
  'navigator',
  'global',
])
  if (globalThis[name] !== undefined) reached.push(`keeper: ${name}`);
try {
  reached.push(`keeper: code from a string ${String((() => {}).constructor('return 1')())}`);
} catch {}
write(`${JSON.stringify(reached)}\n`, leave);
