import { lintFlags } from '@whetstone/shared/lint';
import { readOptions, refuse } from '../options.ts';
import { readServerFlags } from './cloud.ts';
import { readDocuments } from './documents.ts';
import { jsonLines } from './json-lines.ts';
import { githubLines, lintText, summaryOf, type Located } from './lint-report.ts';
import { readingOrComplaining, type FlagVerb, type Given } from './verb.ts';

const usage = `whetstone-mcp flag lint FILE… [options]
whetstone-mcp flag lint --server [options]

  --strict          warnings fail, too
  --format FORMAT   text, json or github (annotations of a workflow)
  --json            as --format json: {"ok", "errors", "warnings", "flags",
                    "findings": [{"rule", "severity", "flag"?, "file"?,
                    "line"?, "path", "message", "fix"}]}

A file holds a flag, a list of flags, or {"flags": […], "segments"?: […]}.
References are looked up in all files together. Rules: docs/flags-cli.md.

Exit code: 0 when nothing is an error, 1 when something is, 2 wrong usage, 3
when a file or the server cannot be read.`;

const formats = ['text', 'json', 'github'];

export const lintVerb: FlagVerb = {
  summary: 'what is wrong or doubtful in flags, for CI',
  usage,
  async run(args, given) {
    const { terminal } = given;
    const options = readOptions(args, {
      server: { type: 'boolean' },
      strict: { type: 'boolean' },
      format: { type: 'string' },
      json: { type: 'boolean' },
    });
    if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
    const files = options.positionals;
    const { server = false, strict = false, json = false } = options.values;
    const format = options.values.format ?? (json ? 'json' : 'text');
    if (!formats.includes(format))
      return refuse(terminal, { usage }, `--format ${format}: expected ${formats.join(', ')}`);
    if (server === files.length > 0)
      return refuse(terminal, { usage }, server ? 'files or --server, not both' : 'lint what? Name files, or --server');

    return readingOrComplaining(terminal, async () => {
      const { findings, flags } = server ? await lintServer(given) : await lintFiles(files, given);
      const summary = summaryOf(findings, flags);
      const ok = summary.errors === 0 && (!strict || summary.warnings === 0);
      if (format === 'json') terminal.print(JSON.stringify({ ok, ...summary, findings }, undefined, 2));
      else if (format === 'github') for (const line of githubLines(findings)) terminal.print(line);
      else terminal.print(lintText(findings, summary, given.style));
      return ok ? 0 : 1;
    });
  },
};

interface Looked {
  findings: Located[];
  flags: number;
}

async function lintServer({ config, nowMs }: Given): Promise<Looked> {
  const { flags, segments, archived } = await readServerFlags(config);
  const findings = lintFlags({ flags, segments, archived, nowMs });
  return { findings: findings.map(({ index: _, ...finding }) => finding), flags: flags.length };
}

async function lintFiles(files: readonly string[], { nowMs }: Given): Promise<Looked> {
  const { documents, segments, texts } = await readDocuments(files);
  const findings = lintFlags({ flags: documents.map(({ flag }) => flag), segments, nowMs });
  const linesOf = new Map<string, ReadonlyMap<string, number>>();
  return {
    flags: documents.length,
    findings: findings.map(({ index, ...finding }): Located => {
      const { file, pointer } = documents[index]!;
      const lines = linesOf.get(file) ?? jsonLines(texts.get(file)!);
      linesOf.set(file, lines);
      const path = pointer + finding.path;
      return { ...finding, file, line: lineOf(path, lines), path };
    }),
  };
}

/** Of the value itself, or of what it is missing in. */
function lineOf(path: string, lines: ReadonlyMap<string, number>): number {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const line = lines.get(at);
    if (line !== undefined || at === '') return line ?? 1;
  }
}
