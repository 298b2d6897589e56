import type { Verdict } from '@whetstone/shared/contract';
import { languageOf } from '@whetstone/shared/feedback';
import { report, verdictOf, type ReportHunk } from './report.ts';
import { dayMs, emptyState, type EngineState } from './state.ts';

export interface Closing {
  /** Files that a person corrected, a day after the agent's last write: by then nine of ten corrections have been made. */
  corrections: {
    session: string;
    agent: string;
    file: string;
    hunks: ReportHunk[];
    agentText: string;
    humanText: string;
    writtenAtMs: number;
  }[];
  /** What became of all lines, seven days after they were written. */
  survivals: {
    session: string;
    agent: string;
    language: string;
    lines: Partial<Record<Verdict, number>>;
    agentLines: number;
  }[];
}

const weekMs = 7 * dayMs;
const byPersons: ReadonlySet<Verdict> = new Set(['edited', 'deleted', 'rejected', 'mixed']);

/**
 * Hands out what is settled, each once, and forgets what nothing more can come of. With `isEnd` nobody waits any longer: all is
 * judged as it stands, and what is written from here on is followed anew.
 */
export function close(
  state: EngineState,
  nowMs: number,
  { isEnd = false }: { isEnd?: boolean } = {},
): { state: EngineState; closing: Closing } {
  const [day, week] = isEnd ? [0, 0] : [dayMs, weekMs];
  const corrections = correctionsOf(state, nowMs, day);
  const survivals = survivalsOf(state, nowMs, week);
  if (isEnd) return { state: { ...emptyState(), nextId: state.nextId }, closing: { corrections, survivals } };
  forget(state, nowMs);
  return { state, closing: { corrections, survivals } };
}

function correctionsOf(state: EngineState, nowMs: number, afterMs: number): Closing['corrections'] {
  const due = Object.values(state.records).filter(
    ({ isClosed, lastWriteMs }) => !isClosed && nowMs - lastWriteMs >= afterMs,
  );
  if (due.length === 0) return [];
  const hunks = report(state, nowMs);
  return due.flatMap((record) => {
    record.isClosed = true;
    const { session, agent, path: file, agentText, humanText = '', lastWriteMs: writtenAtMs } = record;
    const own = hunks.filter((hunk) => hunk.session === session && hunk.file === file);
    const texts = { agentText, humanText };
    record.agentText = '';
    record.humanText = undefined;
    if (!own.some(({ verdict }) => byPersons.has(verdict))) return [];
    return [{ session, agent, file, hunks: own, ...texts, writtenAtMs }];
  });
}

function survivalsOf(state: EngineState, nowMs: number, afterMs: number): Closing['survivals'] {
  const counts = new Map<string, Closing['survivals'][number]>();
  for (const [id, line] of Object.entries(state.written)) {
    const write = state.writes[line.write];
    if (write && nowMs - write.atMs < afterMs) continue;
    delete state.written[id];
    if (!write) continue;
    const { session, agent, path } = write;
    const language = languageOf(path);
    const key = JSON.stringify([session, agent, language]);
    const count = counts.get(key) ?? { session, agent, language, lines: {}, agentLines: 0 };
    const verdict = verdictOf(line, nowMs);
    count.lines[verdict] = (count.lines[verdict] ?? 0) + 1;
    count.agentLines++;
    counts.set(key, count);
  }
  return [...counts.values()];
}

function forget(state: EngineState, nowMs: number): void {
  for (const [id, { atMs }] of Object.entries(state.writes)) if (nowMs - atMs >= weekMs) delete state.writes[id];
  for (const [id, { ids, atMs }] of Object.entries(state.changes)) {
    if (nowMs - atMs >= weekMs || (ids.length > 0 && ids.every((line) => !state.written[line])))
      delete state.changes[id];
  }
  for (const [key, { isClosed, lastWriteMs }] of Object.entries(state.records)) {
    if (isClosed && nowMs - lastWriteMs >= weekMs) delete state.records[key];
  }
  const isAlive = (id: number) => (id > 0 ? state.written[id] !== undefined : state.changes[-id] !== undefined);
  const paths = new Set([
    ...Object.values(state.records).map(({ path }) => path),
    ...Object.values(state.changes).map(({ path }) => path),
  ]);
  for (const [path, file] of Object.entries(state.files)) {
    file.aside = file.aside.filter(({ atMs }) => nowMs - atMs < weekMs);
    for (const version of [file.now, ...file.aside.map((aside) => aside.version)]) {
      if (!version) continue;
      version.owners = version.owners.map((ids) => (ids.length === 0 ? ids : ids.filter(isAlive)));
      version.gaps = version.gaps.filter(({ change }) => state.changes[change] !== undefined);
    }
    const isOwned = file.now?.owners.some((ids) => ids.length > 0) || file.aside.length > 0;
    if (!isOwned && !paths.has(path) && Object.keys(file.open).length === 0) delete state.files[path];
  }
}
