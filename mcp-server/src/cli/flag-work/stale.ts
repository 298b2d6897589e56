import { isRecord } from '../../json.ts';
import { readOptions, refuse } from '../options.ts';
import { keysOf, readPages, readServerFlags } from './cloud.ts';
import { usualLimits } from './repo/limits.ts';
import { scanRepository } from './repo/scan.ts';
import { staleReport, staleText, type StaleItem } from './stale-report.ts';
import { readingOrComplaining, type FlagVerb } from './verb.ts';

const usage = `whetstone-mcp flag stale [options]

  --repo DIR   where to look for the keys; default the current folder
  --no-repo    only what the server says
  --days N     how long nothing must have happened; default 30
  --json       {"stale": [{"key", "reasons", "owner"?, "references"?}],
               "unknownKeys", "scan"?}

Flags that may have had their time, each with the places that name its key,
and keys that code asks for and no flag has. Of a git repository the files
that git knows or would add are read, elsewhere all but hidden folders and
those of packages and builds. Text files of at most 1 MiB, 20,000 files,
256 MiB and 20 s; what is left out is said. Links are not followed.

Exit code: 0 when there is nothing to look at, 1 when there is, 2 wrong usage,
3 when the server or the folder cannot be read.`;

export const staleVerb: FlagVerb = {
  summary: 'flags that may have had their time, and where code names them',
  usage,
  async run(args, { terminal, config, style, nowMs }) {
    const options = readOptions(args, {
      repo: { type: 'string' },
      'no-repo': { type: 'boolean' },
      days: { type: 'string' },
      json: { type: 'boolean' },
    });
    if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
    const { repo, 'no-repo': noRepo = false, days = '30', json = false } = options.values;
    const [extra] = options.positionals;
    if (extra !== undefined)
      return refuse(terminal, { usage }, `flag stale takes no "${extra}"; a folder is --repo DIR`);
    if (repo !== undefined && noRepo) return refuse(terminal, { usage }, '--repo and --no-repo exclude each other');
    if (!/^[1-9]\d{0,3}$/.test(days) || Number(days) > 1_100)
      return refuse(terminal, { usage }, `--days ${days}: expected a number from 1 to 1100`);

    return readingOrComplaining(terminal, async () => {
      const query = { neverEvaluatedDays: days, notEvaluatedDays: days, settledDays: days };
      const [items, { flags, archived }] = await Promise.all([
        readPages(config, '/api/flags/stale', query),
        readServerFlags(config),
      ]);
      const keys = new Set(keysOf(flags));
      const startedMs = nowMs;
      const began = performance.now();
      const clock = () => startedMs + performance.now() - began;
      const scan = noRepo ? undefined : await scanRepository(repo ?? '.', keys, { limits: usualLimits, nowMs: clock });
      const report = staleReport({ stale: items.filter(isStaleItem), archived: new Set(archived), scan });
      if (json) terminal.print(JSON.stringify(report, undefined, 2));
      else terminal.print(staleText(report, { flags: keys.size, style }));
      return report.stale.length === 0 && report.unknownKeys.length === 0 ? 0 : 1;
    });
  },
};

/** As far as a person needs it: a newer server may know further kinds. */
const isStaleItem = (item: unknown): item is StaleItem =>
  isRecord(item) &&
  typeof item['key'] === 'string' &&
  Array.isArray(item['reasons']) &&
  item['reasons'].every(isReason);

const isReason = (reason: unknown) =>
  isRecord(reason) && typeof reason['kind'] === 'string' && typeof reason['text'] === 'string';
