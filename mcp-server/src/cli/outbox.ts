import { styleText } from 'node:util';
import { ageText } from '../age-text.ts';
import { configFromEnvironment } from '../config.ts';
import { workOnOutbox, type OutboxWork } from '../offline/outbox/work.ts';
import type { OutboxReport } from '../offline/outbox/inspect.ts';
import type { ParkedRecord } from '../offline/outbox/parked.ts';
import type { OutboxRecord } from '../offline/outbox/record.ts';
import type { Command, Terminal } from './command.ts';

const usage = `whetstone-mcp outbox [--json]           what waits for the cloud, what was set aside and why
whetstone-mcp outbox drain              send now, and wait for it
whetstone-mcp outbox retry ID | --all   send again what was set aside
whetstone-mcp outbox export             everything that waits or was set aside, a JSON line each`;

/** How many records of each kind are listed; all of them are exported. */
const listed = 20;

export const outboxCommand: Command = {
  name: 'outbox',
  summary: 'what waits for the cloud; drain, retry, export',
  usage,

  async run(args, terminal) {
    const work = workOnOutbox(configFromEnvironment());
    if ('obstacle' in work) {
      terminal.complain(work.obstacle);
      return 1;
    }
    const [verb = 'list', ...rest] = args;
    if ((verb === 'list' || verb === '--json') && rest.length === 0) return list(work, terminal, verb === '--json');
    if (verb === 'drain' && rest.length === 0) return drain(work, terminal);
    if (verb === 'export' && rest.length === 0) return exportAll(work, terminal);
    if (verb === 'retry' && rest.length === 1 && rest[0]) return retry(work, terminal, rest[0]);
    terminal.complain(usage);
    return 2;
  },
};

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
  const bold = (text: string) => (terminal.isTty ? styleText('bold', text) : text);
  const dim = (text: string) => (terminal.isTty ? styleText('dim', text) : text);
  terminal.print([bold(headline(report)), dim(`  ${directory}`)].join('\n'));
  if (report.accepted + report.refused > 0) terminal.print(dim(`  ${ledgerLine(report)}`));
  if (waiting.length > 0)
    terminal.print(`\n${bold('Waiting to be sent')}\n${rows(waiting, (record) => record.operation)}`);
  if (aside.length > 0)
    terminal.print(`\n${bold('Set aside')}\n${rows(aside, ({ operation, reason }) => `${operation}  ${reason}`)}`);
  if (!isWell) terminal.print(`\n${report.problems.map((problem) => `! ${problem}`).join('\n')}`);
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

const sizeText = (bytes: number) =>
  bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

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
  return pending === 0 && parked === 0 ? 0 : 1;
}

async function retry({ parked, retry: sendAgain }: OutboxWork, terminal: Terminal, wanted: string) {
  const chosen = (await parked()).filter(({ id }) => wanted === '--all' || id === wanted);
  if (chosen.length === 0) {
    terminal.complain(wanted === '--all' ? 'Nothing was set aside.' : `No record "${wanted}" was set aside.`);
    return wanted === '--all' ? 0 : 1;
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
