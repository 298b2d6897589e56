import type { Command } from './command.ts';

export function overview(version: string, commands: readonly Command[]) {
  const lines: [string, string][] = [
    ['', 'serve MCP on stdio, for an MCP client to start'],
    ...commands.flatMap(({ name, words = name, summary, also = [] }): [string, string][] => [
      [words, summary],
      ...also,
    ]),
    ['<command> --help', 'more about a command'],
    ['--help', 'this text'],
    ['--version', 'the version'],
  ];
  return `whetstone-mcp ${version}: the MCP server of Whetstone

${lines.map(([word, text]) => `  whetstone-mcp ${word.padEnd(16)}  ${text}`).join('\n')}

Environment
  WHETSTONE_URL         address of the server (http://127.0.0.1:8787)
  WHETSTONE_API_KEY     an agent key, wsk_…
  WHETSTONE_STATE_DIR   where the last known rules and the outbox lie
  WHETSTONE_CACHE_DIR   where compiled code lies, which makes starts fast
  WHETSTONE_DEFAULTS    a JSON file {"flags": {key: value}, "model": id}
  WHETSTONE_OFFLINE     1: never ask the server
  WHETSTONE_CAPTURE     off, counts, patterns, full: notice what people change
  WHETSTONE_TOOLSETS    admin: also tools that change flags
  DO_NOT_TRACK          1: do not tell the server which variants were served
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS   as elsewhere`;
}
