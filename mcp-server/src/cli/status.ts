import { configFromEnvironment, surroundingsFromEnvironment } from '../config.ts';
import { systemClock } from '../offline/clock.ts';
import { openDocs } from '../offline/open-docs.ts';
import { openEvals } from '../offline/open-evals.ts';
import { openFeedback } from '../offline/open-feedback.ts';
import { openFlags } from '../offline/open-flags.ts';
import { openModels } from '../offline/open-models.ts';
import { openRecording } from '../offline/open-recording.ts';
import { nodeTransport } from '../offline/transport/node-transport.ts';
import { tableText } from '../tool-work/table-text.ts';
import { whetstoneStatus } from '../tools/whetstone-status.ts';
import { columns } from './columns.ts';
import type { Command, Terminal } from './command.ts';
import { readOptions, refuse } from './options.ts';
import { sourceText } from './source-text.ts';
import { styleFor } from './style.ts';

const summary = 'where answers come from and how fresh they are';
const usage = `whetstone-mcp status [--json]

  --json   the answer of the tool whetstone_status

Exit code: 0 when there are rules to answer from, 1 when there are only
defaults, 2 wrong usage.`;

export const statusCommand = (version: string): Command => ({
  name: 'status',
  summary,
  usage,
  async run(args, terminal) {
    const options = readOptions(args, { json: { type: 'boolean' } });
    if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
    const [extra] = options.positionals;
    if (extra !== undefined) return refuse(terminal, { usage }, `status takes no "${extra}"`);

    const status = await readStatus(version);
    if (options.values.json) terminal.print(JSON.stringify(status, undefined, 2));
    else show(status, terminal);
    return status.source === 'default' ? 1 : 0;
  },
});

/** What the tool answers: one truth for agents and for people. */
async function readStatus(version: string) {
  const config = configFromEnvironment();
  const transport = nodeTransport({ proxy: config.proxy, clock: systemClock });
  const flags = openFlags(config, { transport });
  const recording = openRecording(config, { host: 'library', transport });
  const server = { url: config.url, keySelector: config.origin?.selector };
  const evals = openEvals(config, transport);
  const models = openModels(config, { transport, attempt: evals.attempt, record: recording.record });
  const docs = openDocs(config, { transport, attempt: evals.attempt });
  const feedback = openFeedback(config, { flags, answers: evals, record: recording.record });
  const { stateDir } = config;
  const context = { flags, recording, evals, models, docs, feedback, version, server, stateDir };
  const { structured } = await whetstoneStatus.handler({}, context);
  await flags.close();
  return structured as Status;
}

interface Status {
  source: 'cloud' | 'cache' | 'default';
  ageMs?: number;
  degradedReason?: string;
  version: string;
  server: { url: string; keySelector?: string };
  flags: { count: number; revision?: number; unreadable?: string[] };
  models: { version?: string; ageMs?: number };
  guidance?: string[];
  stateDir: string;
  problems: string[];
}

function show(
  { version, server, source, ageMs, degradedReason, flags, models, guidance, stateDir, problems }: Status,
  terminal: Terminal,
) {
  const style = styleFor(terminal.isTty && !surroundingsFromEnvironment().noColor);
  terminal.print(`${style.bold('whetstone-mcp')} ${version}\n`);
  const toMend = [degradedReason, ...problems].filter((text) => text !== undefined);
  const rows = columns([
    ['answers', sourceText(source, ageMs)],
    ['flags', `${flags.count}${flags.revision === undefined ? '' : `, revision ${flags.revision}`}`],
    ['unreadable', flags.unreadable?.join(', ')],
    ['models', tableText(models)],
    ['guidance', guidance?.join(', ')],
    ['server', server.url],
    ['key', server.keySelector ? `wsk_${server.keySelector}_…` : 'none'],
    ['state', stateDir],
    ...toMend.map((text, index): [string, string] => [index === 0 ? 'to mend' : '', text]),
  ]);
  terminal.print(rows.join('\n'));
  if (source !== 'cloud') terminal.print(`\n${style.dim('whetstone-mcp doctor looks into it.')}`);
}
