import type { Command } from './command.ts';
import { meaning, readOptions, refuse } from './options.ts';

const usage = `whetstone-mcp outbox [--json]           what waits, what was set aside and why
whetstone-mcp outbox drain              send now, and wait for it
whetstone-mcp outbox retry ID | --all   send again what was set aside
whetstone-mcp outbox export             all of it, a JSON line each

Exit code: 0 when all is well, 1 when something is left to look at, 2 wrong
usage.`;

export const outboxCommand: Command = {
  name: 'outbox',
  summary: 'what waits for the cloud; drain, retry, export',
  usage,

  async run(args, terminal) {
    const options = readOptions(args, { json: { type: 'boolean' }, all: { type: 'boolean' } });
    if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
    const [verb, ...ids] = options.positionals;
    const { json = false, all = false } = options.values;
    const problem = wordsProblem(verb, { ids, all, json });
    if (problem) return refuse(terminal, { usage }, problem);

    // Loaded when typed, see there.
    const { runOutbox } = await import('./outbox-work/index.ts');
    return runOutbox({ verb, id: ids[0], asJson: json }, terminal);
  },
};

const verbs = ['drain', 'retry', 'export'];

function wordsProblem(verb: string | undefined, { ids, all, json }: { ids: string[]; all: boolean; json: boolean }) {
  if (verb !== undefined && !verbs.includes(verb)) return `outbox has no "${verb}"${meaning(verb, verbs)}`;
  if (json && verb !== undefined) return `outbox ${verb} takes no --json`;
  if (verb !== 'retry') return all || ids.length > 0 ? 'only retry takes --all or the id of a record' : undefined;
  return ids.length + Number(all) === 1 ? undefined : 'retry what? Name the id of one record, or --all';
}
