#!/usr/bin/env node
import { constants, Script } from 'node:vm';
import { fingerprint, text } from './whetstone-mcp.ts?program';
import { codeCache } from './code-cache.ts';
import { cacheDirFromEnvironment } from './config.ts';

/** By then a client has its list of tools, and what that took is among the compiled code. */
const keepAfterMs = 1_000;

const [, , command, verb = '', ...rest] = process.argv;
if (command === 'capture' && /^(?:pre|post)$/.test(verb) && !rest.includes('--help')) {
  // It stands around each write of an agent: what it needs lies in a file of its own, and the program is not compiled.
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
  const { tellWrite } = require('./whetstone-told.cjs') as typeof import('./capture/told/index.ts');
  process.exitCode = await tellWrite([verb, ...rest], console.error);
} else await runProgram();

async function runProgram() {
  // The file that is started holds the program as a text, which compiles in a fraction of the time when V8 gets back what
  // it made of it before. Without that, the same text is compiled.
  const cache = codeCache({ directory: cacheDirFromEnvironment(), fingerprint, node: process });
  const cachedData = cache.read();
  const script = new Script(text, {
    filename: import.meta.url,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });

  // A single command would keep what it needs itself, and the server would be slow to start from then on.
  const isServing = process.argv.length === 2;
  if (isServing && (!cachedData || script.cachedDataRejected)) {
    setTimeout(() => cache.keep(script.createCachedData()), keepAfterMs).unref();
  }

  const program = script.runInThisContext() as (
    importMetaUrl: string,
    require: (name: string) => unknown,
  ) => Promise<void>;
  await program(import.meta.url, (name) => process.getBuiltinModule(name));
}
