import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { configFromEnvironment } from '../config.ts';
import { systemClock } from '../offline/clock.ts';
import { openRecording, type Recording } from '../offline/open-recording.ts';
import { diskProblem } from '../offline/outbox/disk-problem.ts';
import { nodeTransport } from '../offline/transport/node-transport.ts';
import { closeUnits } from './close-units.ts';
import { coverageOf, coverageText } from './coverage.ts';
import { makeDirectories } from './directories.ts';
import { drainSpool, followGit, type Drained, type Draining } from './drain.ts';
import { apply, report, type ReportHunk } from './engine/index.ts';
import { lookAt } from './look.ts';
import { openCapture } from './open-capture.ts';
import { placeOf, type Place } from './places.ts';
import { changesShown, reportTable } from './report-text.ts';
import { refuse, type Shell } from './shell.ts';
import { spoolFigures } from './spool/spool.ts';
import { tellWrite } from './told/index.ts';
import { captureUsage } from './usage.ts';

interface Words {
  verb: 'report' | 'drain' | 'close';
  asJson: boolean;
}

/** `whetstone-mcp capture …`; resolves with the exit code. */
export async function runCapture(args: readonly string[], shell: Shell): Promise<number> {
  if (args[0] === 'pre' || args[0] === 'post') return tellWrite(args, shell.complain);
  const words = wordsOf(args);
  if ('wrong' in words) return refuse(shell, captureUsage, words.wrong);
  const { level, directories, draining } = openCapture();
  if (level === 'off') {
    shell.complain('whetstone-mcp: nothing is noted; `whetstone-mcp hooks install` asks you whether to.');
    return words.verb === 'report' && words.asJson ? printNothing(shell) : 1;
  }
  try {
    makeDirectories(directories);
    if (words.verb === 'close') return await closeNow(draining, shell);
    return await (words.verb === 'drain' ? drainNow(draining, shell) : showReport(words.asJson, draining, shell));
  } catch (error) {
    shell.complain(`whetstone-mcp: ${diskProblem(error, directories.root)}`);
    return 1;
  }
}

function wordsOf(args: readonly string[]): Words | { wrong: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    });
    const [verb, extra] = positionals;
    if (verb !== 'report' && verb !== 'drain' && verb !== 'close') {
      return { wrong: `capture takes pre, post, report, close or drain${verb ? `, no "${verb}"` : ''}` };
    }
    return extra === undefined
      ? { verb, asJson: values.json === true }
      : { wrong: `capture ${verb} takes no "${extra}"` };
  } catch (error) {
    return { wrong: (error as Error).message.split('. ')[0] ?? 'wrong options' };
  }
}

async function drainNow(draining: Draining, shell: Shell) {
  const drained = await settleAll(draining);
  if (drained.kind === 'busy') {
    shell.print('Another process is draining.');
    return 0;
  }
  shell.print(`${drained.events} ${drained.events === 1 ? 'event' : 'events'} taken in`);
  drained.release();
  return 0;
}

/** Settles this working tree as it stands, without waiting for the day after: before it is deleted, say. */
async function closeNow(draining: Draining, shell: Shell) {
  const place = placeOf(process.cwd());
  let handedOver = 0;
  const drained = await patiently(draining, { ends: place, onHandover: () => handedOver++ });
  if (drained.kind === 'busy') return refuseBusy(shell);
  const waiting = drained.units.of(place).handovers.length;
  drained.release();
  const left = waiting > 0 ? `, ${waiting} wait` : '';
  shell.print(`Closed: ${handedOver} ${handedOver === 1 ? 'record' : 'records'} handed to the outbox${left}`);
  return 0;
}

interface Settling {
  record?: Recording['record'];
  /** A tree in which nobody waits any longer. */
  ends?: Place;
  onHandover?: () => void;
}

/** Drains, settles what is old enough, and leaves what came of it to the outbox. */
export async function settleAll(draining: Draining, { record, ends, onHandover }: Settling = {}): Promise<Drained> {
  const drained = await drainSpool(draining);
  if (drained.kind === 'busy' || draining.level === 'off') return drained;
  const config = configFromEnvironment();
  const transport = nodeTransport({ proxy: config.proxy, clock: systemClock });
  const own = record ? undefined : openRecording(config, { host: 'library', transport });
  try {
    await closeUnits({
      ...drained,
      level: draining.level,
      tells: config.tracksExposures,
      dropped: spoolFigures(draining.directories.spool).dropped,
      nowMs: draining.nowMs(),
      ends,
      async record(told) {
        const acceptance = await (record ?? own!.record)(told);
        if (acceptance.accepted) onHandover?.();
        return acceptance;
      },
    });
  } catch (error) {
    drained.release();
    throw error;
  } finally {
    await own?.close();
  }
  return drained;
}

/** As long as another may need for what it has begun. */
const patienceMs = 10_000;

async function patiently(draining: Draining, settling: Settling = {}): Promise<Drained> {
  const giveUpAtMs = Date.now() + patienceMs;
  for (;;) {
    const drained = await settleAll(draining, settling);
    if (drained.kind === 'drained' || Date.now() > giveUpAtMs) return drained;
    await new Promise<void>((resolve) => systemClock.after(50, resolve, { holdOpen: true }));
  }
}

async function showReport(asJson: boolean, draining: Draining, shell: Shell) {
  const drained = await patiently(draining);
  if (drained.kind === 'busy') return refuseBusy(shell);
  try {
    const place = placeOf(process.cwd());
    const unit = drained.units.of(place);
    const nowMs = draining.nowMs();
    await followGit(place, unit, { untilMs: nowMs, head: undefined, knower: drained.knower });
    // The tree as it is: seen for this answer, not kept.
    const seen = await lookAt(place, unit.state, {
      why: 'report',
      atMs: Math.max(nowMs, unit.meta.lastMs),
      knower: drained.knower,
    });
    const hunks = report(seen.files.length > 0 ? apply(unit.state, seen) : unit.state, nowMs).sort(
      (a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)) || a.startLine - b.startLine,
    );
    const dropped = spoolFigures(draining.directories.spool).dropped;
    const coverage = coverageOf(
      Object.values(unit.meta.sessions),
      { served: drained.tally.served.filter(({ root }) => root === place.root) },
      dropped,
    );
    if (asJson)
      shell.print(JSON.stringify({ hunks, coverage, dropped, level: draining.level, root: place.root }, undefined, 2));
    else
      show(hunks, place.root, shell, [
        coverageText(coverage),
        ...(dropped > 0 ? [`${dropped} events found no room`] : []),
      ]);
    return 0;
  } finally {
    drained.release();
  }
}

function refuseBusy(shell: Shell) {
  shell.complain('whetstone-mcp: another process is draining; try again in a moment.');
  return 1;
}

function printNothing(shell: Shell) {
  shell.print(JSON.stringify({ hunks: [], level: 'off' }, undefined, 2));
  return 1;
}

function show(hunks: readonly ReportHunk[], root: string, shell: Shell, remarks: string[]) {
  const { style } = shell;
  if (hunks.length === 0) {
    shell.print(`${style.bold('No agent has written anything here that is followed.')}\n${style.dim(`  ${root}`)}`);
  } else {
    shell.print(`${style.bold('Lines that agents wrote')}${style.dim(`  ${relative(process.cwd(), root) || root}`)}\n`);
    shell.print(
      reportTable(hunks, shell)
        .map((line) => `  ${line}`)
        .join('\n'),
    );
    const changes = changesShown(hunks, shell);
    if (changes.length > 0) {
      shell.print(`\n${style.bold('What people changed of them')}\n`);
      shell.print(changes.map((line) => `  ${line}`).join('\n'));
    }
  }
  shell.print(`\n${remarks.map((remark) => style.dim(`  ${remark}`)).join('\n')}`);
}
