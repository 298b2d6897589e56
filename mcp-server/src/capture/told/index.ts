import { lstatSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { diskProblem } from '../../offline/outbox/disk-problem.ts';
import { makeDirectories } from '../directories.ts';
import { drainSpool } from '../drain.ts';
import { openCapture } from '../open-capture.ts';
import { refusalOfName } from '../places.ts';
import { refuse, type Shell } from '../shell.ts';
import { spoolTold } from '../spool/spool.ts';
import { maxFileBytes } from '../spool/spooler-script.ts';
import { captureUsage } from '../usage.ts';

interface Told {
  phase: 'pre' | 'post';
  session: string;
  agent: string;
  files: string[];
}

/**
 * `capture pre` and `capture post`, by the words after them. They stand around every write of an agent, so they load nothing
 * of the rest: spooled like what a hook tells, so that it counts once whatever happens, and what waits is taken in.
 */
export async function tellWrite(args: readonly string[], complain: Shell['complain']): Promise<number> {
  const told = toldBy(args);
  if ('wrong' in told) return refuse({ complain }, captureUsage, told.wrong);
  const { level, directories, draining } = openCapture();
  // A program that calls this need not know what its user agreed to.
  if (level === 'off') return 0;
  try {
    makeDirectories(directories);
    const directory = process.cwd();
    const files = told.files.flatMap((file) => textOf(resolve(directory, file)));
    if (spoolTold(directories.spool, { ...told, directory, files }) === 'full') {
      complain('whetstone-mcp: the spool is full; run `whetstone-mcp capture drain`.');
      return 1;
    }
    const drained = await drainSpool(draining);
    // Who drains already has it, or leaves it to the next.
    if (drained.kind === 'drained') drained.release();
    return 0;
  } catch (error) {
    complain(`whetstone-mcp: ${diskProblem(error, directories.root)}`);
    return 1;
  }
}

/** Read by hand: the reader of options that Node brings takes a millisecond to load. */
function toldBy([verb, ...words]: readonly string[]): Told | { wrong: string } {
  const phase = verb === 'pre' ? 'pre' : 'post';
  const named: Record<string, string> = {};
  const files: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const [, name, value] = /^--(session|agent)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined) named[name] = value ?? words[++at] ?? '';
    else if (word === '--') files.push(...words.splice(at + 1));
    else if (word.startsWith('--')) return { wrong: `no option is called "${word}"` };
    else files.push(word);
  }
  const { session, agent } = named;
  if (!session || !agent) return { wrong: `capture ${phase} needs --session ID and --agent NAME` };
  if (files.length === 0) return { wrong: `capture ${phase} needs the files that are written` };
  return { phase, session, agent, files };
}

/** What must not be kept is named, so that it is counted, and not read. */
function textOf(path: string): { path: string; text: string | null }[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return [{ path, text: null }];
  const isReadable = stat.isFile() && stat.size <= maxFileBytes && refusalOfName(path) === undefined;
  return [{ path, text: isReadable ? readFileSync(path, 'utf8') : '\0' }];
}
