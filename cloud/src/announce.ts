import { relative } from 'node:path';
import type { Bootstrap } from './features/tenancy/bootstrap.ts';

interface Announcement {
  url: string;
  engines: Record<string, string>;
  keys: Bootstrap;
  mcpServerFile: string;
  /** A key on a terminal is what a laptop's owner needs; in a fleet's log it would be a leak. */
  showAgentKey: boolean;
}

/** What a person reads when the server is up: where it is, what runs where, and the configuration to paste. */
export function announcement({ url, engines, keys, mcpServerFile, showAgentKey }: Announcement): string {
  const key =
    showAgentKey && keys.agentKey
      ? keys.agentKey
      : '<an agent key: POST /api/keys {"name": "my agent", "role": "agent"}>';
  const config = {
    mcpServers: {
      whetstone: {
        command: process.execPath,
        args: [mcpServerFile],
        env: { WHETSTONE_URL: url, WHETSTONE_API_KEY: key },
      },
    },
  };
  const lines = [
    `Whetstone ready on ${url}`,
    '',
    ...Object.entries(engines).map(([port, engine]) => row(port, engine)),
    row(
      'keys',
      keys.keyFiles ? Object.values(keys.keyFiles).map(short).join(', ') : 'as given before; nothing new was made',
    ),
    row('dashboard', `${url}${keys.keyFiles ? `, sign in with the key in ${short(keys.keyFiles.admin)}` : ''}`),
    row('leaderboard', `${url}/leaderboard`),
    row('reference', `${url}/docs`),
    '',
    'Paste this into your MCP client (.mcp.json for Claude Code, .cursor/mcp.json for Cursor; others: README):',
    JSON.stringify(config, null, 2),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

const row = (name: string, value: string) => `  ${name.padEnd(11)} ${value}`;

const short = (file: string) => {
  const fromHere = relative(process.cwd(), file);
  return fromHere.startsWith('..') ? file : fromHere;
};
