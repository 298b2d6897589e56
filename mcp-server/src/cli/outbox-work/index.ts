import { ageText } from '../../age-text.ts';
import { configFromEnvironment, surroundingsFromEnvironment } from '../../config.ts';
import type { OutboxReport } from '../../offline/outbox/inspect.ts';
import type { ParkedRecord } from '../../offline/outbox/parked.ts';
import type { OutboxRecord } from '../../offline/outbox/record.ts';
import { workOnOutbox, type OutboxWork } from '../../offline/outbox/work.ts';
import { columns } from '../columns.ts';
import type { Terminal } from '../command.ts';
import { meaning, readOptions, refuse } from '../options.ts';
import { sizeText } from '../size-text.ts';
import { styleFor } from '../style.ts';

/** How many records of each kind are listed; all of them are exported. */
const listed = 20;

const usage = `whetstone-mcp outbox [--json]           what waits, what was set aside and why
whetstone-mcp outbox drain              send now, and wait for it
whetstone-mcp outbox retry ID | --all   send again what was set aside
whetstone-mcp outbox export             all of it, a JSON line each

Exit code: 0 when all is well, 1 when something is left to look at, 2 wrong
usage.`;

/**
 * What a person does with the outbox by hand; answers the exit code. No agent's session needs any of it: the build puts it
 * into a file of its own, that is loaded when `outbox` is typed.
 */
async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = readOptions(args, { json: { type: 'boolean' }, all: { type: 'boolean' } });
  if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
  const [verb, ...ids] = options.positionals;
  const { json = false, all = false } = options.values;
  const problem = wordsProblem(verb, { ids, all, json });
  if (problem) return refuse(terminal, { usage }, problem);

  const work = workOnOutbox(configFromEnvironment());
  if ('obstacle' in work) {
    terminal.complain(work.obstacle);
    return 1;
  }
  if (verb === 'drain') return drain(work, terminal);
  if (verb === 'retry') return retry(work, terminal, ids[0]);
  if (verb === 'export') return exportAll(work, terminal);
  return list(work, terminal, json);
}

export const outboxWork = { usage, run };

const verbs = ['drain', 'retry', 'export'];

function wordsProblem(verb: string | undefined, { ids, all, json }: { ids: string[]; all: boolean; json: boolean }) {
  if (verb !== undefined && !verbs.includes(verb)) return `outbox has no "${verb}"${meaning(verb, verbs)}`;
  if (json && verb !== undefined) return `outbox ${verb} takes no --json`;
  if (verb !== 'retry') return all || ids.length > 0 ? 'only retry takes --all or the id of a record' : undefined;
  return ids.length + Number(all) === 1 ? undefined : 'retry what? Name the id of one record, or --all';
}

async function list(
  { directory, inspect, parked, pending, elsewhere }: OutboxWork,
  terminal: Terminal,
  asJson: boolean,
) {
  const inspected = await inspect();
  const others = (await elsewhere()).map(
    (path) =>
      `Records of another key or server wait in ${path}; send them by running \`whetstone-mcp outbox drain\` with those.`,
  );
  const report = { ...inspected, problems: [...inspected.problems, ...others] };
  const [waiting, aside] = [await pending(), await parked()];
  const isWell = report.problems.length === 0;
  if (asJson) {
    const records = waiting.map(({ id, at, operation }) => ({ id, at, operation }));
    terminal.print(
      JSON.stringify({ directory, ...report, pendingRecords: records, parkedRecords: aside.map(withoutBody) }, null, 2),
    );
    return isWell ? 0 : 1;
  }
  const { bold, dim, doubtful } = styleFor(terminal.isTty && !surroundingsFromEnvironment().noColor);
  terminal.print([bold(headline(report)), dim(`  ${directory}`)].join('\n'));
  if (report.accepted + report.refused > 0) terminal.print(dim(`  ${ledgerLine(report)}`));
  if (waiting.length > 0)
    terminal.print(`\n${bold('Waiting to be sent')}\n${rows(waiting, (record) => record.operation)}`);
  if (aside.length > 0)
    terminal.print(`\n${bold('Set aside')}\n${rows(aside, ({ operation, reason }) => `${operation}  ${reason}`)}`);
  for (const problem of report.problems) {
    const [first = '', ...rest] = columns([['!', problem]], 0);
    terminal.print(`\n${[doubtful(first.slice(0, 1)) + first.slice(1), ...rest].join('\n')}`);
  }
  return isWell ? 0 : 1;
}

const headline = ({ pending, parked, bytes }: OutboxReport) =>
  pending + parked === 0
    ? 'Nothing waits: everything that was recorded has reached the cloud.'
    : `${pending} waiting, ${parked} set aside, ${sizeText(bytes)}`;

const ledgerLine = ({ accepted, delivered, pending, parked, unreadable, refused }: OutboxReport) =>
  `${accepted} accepted = ${delivered} delivered + ${pending} waiting + ${parked} set aside + ${unreadable} unreadable; ${refused} refused`;

function rows<R extends OutboxRecord>(records: R[], text: (record: R) => string) {
  const lines = records
    .slice(0, listed)
    .map(
      (record) =>
        `  ${record.id}  ${ageText(Math.max(0, Date.now() - Date.parse(record.at))).padStart(7)}  ${text(record)}`,
    );
  if (records.length > listed) lines.push(`  … and ${records.length - listed} more (\`whetstone-mcp outbox export\`)`);
  return lines.join('\n');
}

const withoutBody = ({ id, at, operation, reason, parkedAt }: ParkedRecord) => ({
  id,
  at,
  operation,
  reason,
  parkedAt,
});

async function drain({ drainNow, inspect }: OutboxWork, terminal: Terminal) {
  if (terminal.isTty) terminal.print('Sending …');
  const { delivered, parked, block } = await drainNow();
  const { pending } = await inspect();
  terminal.print(`${delivered} delivered, ${parked} set aside, ${pending} still waiting`);
  if (block) terminal.complain(block.reason);
  return pending === 0 && parked === 0 && !block ? 0 : 1;
}

/** Of the one that is wanted, or of all. */
async function retry({ parked, retry: sendAgain }: OutboxWork, terminal: Terminal, wanted: string | undefined) {
  const chosen = (await parked()).filter(({ id }) => wanted === undefined || id === wanted);
  if (chosen.length === 0) {
    terminal.complain(wanted === undefined ? 'Nothing was set aside.' : `No record "${wanted}" was set aside.`);
    return wanted === undefined ? 0 : 1;
  }
  const problem = await sendAgain(chosen);
  if (problem !== undefined) {
    terminal.complain(problem);
    return 1;
  }
  terminal.print(`${chosen.length} ${chosen.length === 1 ? 'record waits' : 'records wait'} to be sent again`);
  return 0;
}

async function exportAll({ pending, parked }: OutboxWork, terminal: Terminal) {
  const waiting = (await pending()).map(({ offset: _, crc: __, ...record }) => ({ state: 'waiting', ...record }));
  const aside = (await parked()).map((record) => ({ state: 'parked', ...record }));
  for (const record of [...waiting, ...aside]) terminal.print(JSON.stringify(record));
  return 0;
}
