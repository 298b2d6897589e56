import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textIn } from '../places.ts';
import { maxFileBytes, spoolLimits } from './spooler-script.ts';

export type Client = 'claude' | 'cursor' | 'git' | 'told';

/** One event as it lies in the spool: an empty file that makes it count, what happened, and what was copied beside. */
export interface SpooledEvent {
  /** The same however often it is read; another event never has it. */
  id: string;
  client: Client;
  /** By the clock of the machine when it came, which somebody may have set since. */
  atMs: number;
  bytes: Buffer;
  /** What was copied: `file`, `tar`, `head`; `link` and `bad` say why not. */
  attached(kind: 'file' | 'tar' | 'head' | 'link' | 'bad'): Buffer | undefined;
  /** Takes it out. */
  remove(): void;
}

const named = /^(\d+)-(\d+)\.(claude|cursor|git|told)$/;
/** A copy without its event, from a spooler that was killed; younger ones may still be at work. */
const orphanMs = 10 * 60_000;

/** In the order in which they came, by number: clocks may jump. */
export function eventsIn(spool: string): string[] {
  return namesIn(spool)
    .flatMap((name) => {
      const [, number, pid] = named.exec(name) ?? [];
      return number === undefined ? [] : [{ name, number: Number(number), pid: Number(pid) }];
    })
    .sort((a, b) => a.number - b.number || a.pid - b.pid)
    .map(({ name }) => name);
}

/** Nothing when another process has taken it meanwhile. */
export function readEvent(spool: string, name: string): SpooledEvent | undefined {
  const path = join(spool, name);
  const stem = name.slice(0, name.lastIndexOf('.'));
  const saidPath = join(spool, `${stem.slice(0, stem.indexOf('-'))}.event`);
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (!stat) return undefined;
  return {
    id: `${stem}-${stat.mtimeNs}`,
    client: name.slice(stem.length + 1) as Client,
    atMs: Number(stat.mtimeMs),
    bytes: bytesIn(saidPath) ?? Buffer.alloc(0),
    attached: (kind) => bytesIn(join(spool, `${stem}.${kind}`)),
    remove() {
      // What makes it count goes first: what is left of a kill in between is copies without an event.
      rmSync(path, { force: true });
      rmSync(saidPath, { force: true });
      for (const kind of ['file', 'tar', 'head', 'link', 'bad', 'list']) {
        rmSync(join(spool, `${stem}.${kind}`), { force: true });
      }
    },
  };
}

/** An event that a command tells, in the same order as those of the hooks. */
export function spoolTold(spool: string, told: object): 'spooled' | 'full' {
  if (eventsIn(spool).length >= spoolLimits.events) return 'full';
  let number = Number(textIn(join(spool, 'seq')) ?? 0) || 0;
  for (;;) {
    number += 1;
    const said = join(spool, `${number}.event`);
    try {
      writeFileSync(said, JSON.stringify(told), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      rmSync(said, { force: true });
      throw error;
    }
    writeFileSync(join(spool, 'seq'), `${number}\n`, { mode: 0o600 });
    writeFileSync(join(spool, `${number}-${process.pid}.told`), '', { mode: 0o600 });
    return 'spooled';
  }
}

/** What spoolers that were killed left behind; answers how many. */
export function clearOrphans(spool: string, nowMs: number): number {
  const names = namesIn(spool);
  const numberIn = (name: string) => name.slice(0, name.search(/[-.]/));
  const numbers = new Set(names.filter((name) => named.test(name)).map(numberIn));
  const orphans = names.filter((name) => {
    if (!/^\d+(?:\.event|-\d+\.(?:file|tar|head|link|bad|list))$/.test(name)) return false;
    if (numbers.has(numberIn(name))) return false;
    const stat = statSync(join(spool, name), { throwIfNoEntry: false });
    return stat !== undefined && Math.abs(nowMs - stat.mtimeMs) > orphanMs;
  });
  for (const name of orphans) rmSync(join(spool, name), { force: true });
  return orphans.filter((name) => name.endsWith('.event')).length;
}

export interface SpoolFigures {
  events: number;
  bytes: number;
  /** Events that found no room. */
  dropped: number;
}

export function spoolFigures(spool: string): SpoolFigures {
  const sizes = namesIn(spool).map((name) => statSync(join(spool, name), { throwIfNoEntry: false })?.size ?? 0);
  return {
    events: eventsIn(spool).length,
    bytes: sizes.reduce((total, size) => total + size, 0),
    dropped: statSync(join(spool, 'dropped'), { throwIfNoEntry: false })?.size ?? 0,
  };
}

export interface Watched {
  root: string;
  /** Of its list. */
  name: string;
  paths: string[];
  isSlow: boolean;
}

/** What the spoolers copy at the next settle point, by place. A tab or line end in a path would be another path. */
export function writeWatchLists(spool: string, places: readonly Watched[]) {
  const plain = (path: string) => !/[\t\n\r\\]/.test(path);
  const lines = new Map<string, string>();
  for (const line of (textIn(join(spool, 'units')) ?? '').split('\n')) {
    const [root = '', list = ''] = line.split('\t');
    if (root !== '' && existsSync(root)) lines.set(root, line);
    else if (list !== '') rmSync(join(spool, list), { force: true });
  }
  for (const { root, name, paths, isSlow } of places.filter((place) => plain(place.root))) {
    const below = root === '/' ? '' : `${root.slice(1)}/`;
    const fits = (path: string) => (statSync(join(root, path), { throwIfNoEntry: false })?.size ?? 0) <= maxFileBytes;
    const watched = paths.filter((path) => plain(path) && fits(path)).slice(0, 500);
    replaceDraft(join(spool, `watch-${name}`), watched.map((path) => `${below}${path}\n`).join(''));
    lines.set(root, `${root}\twatch-${name}\t${isSlow ? 'slow' : 'quick'}`);
  }
  replaceDraft(join(spool, 'units'), [...lines.values()].map((line) => `${line}\n`).join(''));
}

/** Lists that the next settle can do without are no reason for a sync to the disk. */
function replaceDraft(path: string, content: string) {
  if (textIn(path) === content) return;
  writeFileSync(`${path}.draft`, content, { mode: 0o600 });
  renameSync(`${path}.draft`, path);
}

/** Paths that spoolers saw since the last drain; they stand in the lists now. */
export const forgetRecent = (spool: string) => rmSync(join(spool, 'recent'), { force: true });

function bytesIn(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
