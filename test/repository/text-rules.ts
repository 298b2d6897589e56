export interface Source {
  file: string;
  text: string;
}

export interface TextRule {
  why: string;
  files: RegExp;
  forbidden: RegExp;
  /** A wrong source whose first line the rule must catch. */
  planted: Source;
}

/** What no import shows. */
export const textRules: TextRule[] = [
  {
    why: 'the environment is read once, at the door',
    // Hostile programs of evals look for it from inside a sandbox. The server's entry hands it to config.ts, the client library has no entry but its config.ts.
    files:
      /^(shared|cloud|evals|mcp-server)\/src\/(?!(config|server)\.ts$|hostile\/|sandbox\/javascript\/attempts\.ts$)/,
    forbidden: /process\??\.env|process\[|\benv\b.*from 'node:process'/,
    planted: { file: 'cloud/src/features/flags/service.ts', text: "const url = process.env['DATABASE_URL'];" },
  },
  {
    why: 'modules keep no state',
    // `evaluateFlag(key, context)` as a plain function needs one instance that all callers of the library share.
    files: /^(shared|cloud|evals|mcp-server)\/src\/(?!cloud-client\.ts$)/,
    forbidden: /^(export )?(let|var)\b/,
    planted: { file: 'cloud/src/platform/cache/lru.ts', text: 'let size = 0;' },
  },
  {
    why: 'stdout of the MCP server carries MCP and nothing else',
    // The entry prints --help and --version, where no client listens.
    files: /^mcp-server\/src\/(?!whetstone-mcp\.ts$|mcp\/)/,
    forbidden: /\bconsole\.(?!error\b|warn\b)|process\.stdout|\bstdout\b.*from 'node:process'/,
    planted: { file: 'mcp-server/src/tools/evaluate-flag.ts', text: "console.log('hello');" },
  },
];

/** The lines that break a rule, as `file:line`. */
export const brokenBy = ({ files, forbidden }: TextRule, sources: Source[]): string[] =>
  sources
    .filter(({ file }) => files.test(file))
    .flatMap(({ file, text }) =>
      text.split('\n').flatMap((line, index) => (forbidden.test(line) ? [`${file}:${index + 1}`] : [])),
    );
