#!/usr/bin/env node
import { runCommandLine } from './cli/program.ts';
import { configFromEnvironment } from './config.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(name)));
// A reader that has gone (`… | head -1`) stops neither what is paid for nor the exit code that a script waits for.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const terminal = {
  print: (text: string) => void process.stdout.write(`${text}\n`),
  complain: (text: string) => void process.stderr.write(`${text}\n`),
  write: (text: string) => void process.stderr.write(text),
  isTty: process.stderr.isTTY === true,
  isColoured: process.stdout.isTTY === true && process.stdout.hasColors(),
  columns: process.stderr.columns ?? 80,
};
process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal,
  signal: stop.signal,
  config: configFromEnvironment,
});
