#!/usr/bin/env node
import { runCommandLine } from './cli/program.ts';
import { configFromEnvironment } from './config.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(name)));
// `whetstone-evals … | head -1` is no error.
process.stdout.on('error', () => process.exit());

const terminal = {
  print: (text: string) => void process.stdout.write(`${text}\n`),
  complain: (text: string) => void process.stderr.write(`${text}\n`),
  write: (text: string) => void process.stderr.write(text),
  isTty: process.stderr.isTTY === true,
  columns: process.stderr.columns ?? 80,
};
process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal,
  signal: stop.signal,
  config: configFromEnvironment,
});
