#!/usr/bin/env node
import manifest from '../package.json' with { type: 'json' };

const usage = `whetstone-mcp ${manifest.version}: the MCP server of Whetstone

  whetstone-mcp             serve MCP on stdin and stdout; started by an MCP client
  whetstone-mcp --help      this text
  whetstone-mcp --version   the version

Environment
  WHETSTONE_URL         address of the server (http://127.0.0.1:8787)
  WHETSTONE_API_KEY     an agent key, wsk_…
  WHETSTONE_STATE_DIR   where the last-known-good rules lie (the user's state directory)
  WHETSTONE_DEFAULTS    path of a JSON file {"flags": {key: value}} to fall back on
  WHETSTONE_OFFLINE     1: never ask the server
`;

// stdout carries MCP and nothing else, whatever a dependency prints.
console.log = console.info = console.debug = console.error;

// The console, unlike the bare stream, ignores that nobody reads its pipe any more.
const log = (message: string) => console.error(`whetstone-mcp: ${message}`);

const [argument] = process.argv.slice(2);
switch (argument) {
  case undefined:
    await serveForever();
    break;
  case '--help':
  case '-h':
    process.stdout.write(usage);
    break;
  case '--version':
  case '-v':
    process.stdout.write(`${manifest.version}\n`);
    break;
  default:
    process.stderr.write(`whetstone-mcp: no command is called "${argument}"\n\n${usage}`);
    process.exitCode = 2;
}

/** Loads the server only now: the answers above need none of it. */
async function serveForever() {
  const { serve } = await import('./mcp/serve.ts');
  serve({ version: manifest.version, log });
  // From here on a bug in one answer is logged and the next one is answered: each stands on its own, and a client whose
  // server is gone has no flags at all. Before, a failed start must end the process.
  process.on('uncaughtException', (error) => log(error.stack ?? String(error)));
  process.on('unhandledRejection', (error) =>
    log(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
}
