#!/usr/bin/env node
import manifest from '../package.json' with { type: 'json' };
import { serve } from './mcp/serve.ts';

// stdout carries MCP and nothing else, whatever a dependency prints.
console.log = console.info = console.debug = console.error;

// The console, unlike the bare stream, ignores that nobody reads its pipe any more.
const log = (message: string) => console.error(`whetstone-mcp: ${message}`);

const args = process.argv.slice(2);
if (args.length === 0) serveForever();
else await runOneCommand();

function serveForever() {
  serve({ version: manifest.version, log });
  // From here on a bug in one answer is logged and the next one is answered: each stands on its own, and a client whose
  // server is gone has no flags at all. Before, a failed start must end the process.
  process.on('uncaughtException', (error) => log(error.stack ?? String(error)));
  process.on('unhandledRejection', (error) =>
    log(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
}

async function runOneCommand() {
  const { runCommandLine } = await import('./cli/run.ts');
  // `whetstone-mcp doctor | head -1` is no error.
  process.stdout.on('error', () => process.exit());
  const terminal = {
    print: (text: string) => void process.stdout.write(`${text}\n`),
    complain: (text: string) => void process.stderr.write(`${text}\n`),
    isTty: process.stdout.isTTY === true,
  };
  const code = await runCommandLine(args, terminal, manifest.version);
  // A look-up that nobody waits for any more would hold the process; the empty writes return when all before are out.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
