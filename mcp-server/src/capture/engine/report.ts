import type { Verdict } from '@whetstone/shared/contract';
import { dayMs, type EngineState, type Written } from './state.ts';

/** Lines are of the working tree, 1-based and inclusive; `endLine` is one less than `startLine` where nothing is left. */
export interface ReportHunk {
  file: string;
  startLine: number;
  endLine: number;
  verdict: Verdict;
  session: string;
  agent: string;
  agentLines: number;
  before?: string;
  after?: string;
  ageMs?: number;
  why?: string;
}

export function report(state: EngineState, nowMs: number): ReportHunk[] {
  return [...living(state), ...changed(state), ...gone(state, nowMs)];
}

/** What became of a line so far. Work that git took away is rejected when it has not come back within a day. */
export function verdictOf({ fate, isReformed }: Written, nowMs: number): Verdict {
  if (!fate) return isReformed ? 'cosmetic' : 'kept';
  return fate.isAside && nowMs - fate.atMs >= dayMs ? 'rejected' : fate.verdict;
}

function living(state: EngineState): ReportHunk[] {
  const hunks: ReportHunk[] = [];
  // A statement that a formatter broke is still as many lines of the agent as it wrote.
  const seen = new Set<number>();
  for (const [file, { now }] of Object.entries(state.files)) {
    let last: { hunk: ReportHunk; key: string } | undefined;
    now?.owners.forEach((ids, i) => {
      const lines = ids.flatMap((id) => (id > 0 && state.written[id] ? [state.written[id]] : []));
      const fresh = ids.filter((id) => id > 0 && state.written[id] && !seen.has(id));
      for (const id of fresh) seen.add(id);
      const write = lines[0] && state.writes[lines[0].write];
      if (!write) {
        last = undefined;
        return;
      }
      const verdict: Verdict = lines.some(({ isReformed }) => isReformed) ? 'cosmetic' : 'kept';
      const { session, agent } = write;
      const key = JSON.stringify([session, agent, verdict]);
      if (last?.key === key) {
        last.hunk.endLine = i + 1;
        last.hunk.agentLines += fresh.length;
      } else {
        const hunk: ReportHunk = {
          file,
          startLine: i + 1,
          endLine: i + 1,
          verdict,
          session,
          agent,
          agentLines: fresh.length,
        };
        last = { hunk, key };
        hunks.push(hunk);
      }
    });
  }
  return hunks;
}

function changed(state: EngineState): ReportHunk[] {
  const places = placesOfChanges(state);
  return Object.entries(state.changes).map(
    ([id, { session, agent, path, verdict, ids, before, after, ageMs, why }]) => {
      const place = places.get(Number(id));
      const startLine = place?.lines[0] ?? place?.gap ?? 1;
      return {
        file: path,
        startLine,
        endLine: place?.lines.at(-1) ?? startLine - 1,
        verdict,
        session,
        agent,
        agentLines: ids.length > 0 ? ids.length : before.length,
        before: before.join('\n'),
        after: place && place.texts.length > 0 ? place.texts.join('\n') : after.join('\n'),
        ageMs,
        ...(why === undefined ? {} : { why }),
      };
    },
  );
}

interface Place {
  lines: number[];
  texts: string[];
  gap?: number;
}

function placesOfChanges(state: EngineState): Map<number, Place> {
  const places = new Map<number, Place>();
  const placeOf = (change: number) => {
    const place = places.get(change) ?? { lines: [], texts: [] };
    places.set(change, place);
    return place;
  };
  for (const { now } of Object.values(state.files)) {
    now?.owners.forEach((ids, i) => {
      for (const id of ids) {
        if (id >= 0) continue;
        placeOf(-id).lines.push(i + 1);
        placeOf(-id).texts.push(now.lines[i]!);
      }
    });
    for (const { at, change } of now?.gaps ?? []) placeOf(change).gap = at + 1;
  }
  return places;
}

/** Lines that are no more and that no person is known to have changed. */
function gone(state: EngineState, nowMs: number): ReportHunk[] {
  const groups = new Map<string, ReportHunk & { texts: string[] }>();
  for (const line of Object.values(state.written)) {
    const write = state.writes[line.write];
    if (!write || !line.fate || line.fate.change !== undefined) continue;
    const verdict = verdictOf(line, nowMs);
    const key = `${line.write} ${verdict} ${line.fate.atMs}`;
    const group = groups.get(key) ?? {
      file: write.path,
      startLine: 1,
      endLine: 0,
      verdict,
      session: write.session,
      agent: write.agent,
      agentLines: 0,
      texts: [],
      ageMs: Math.max(0, line.fate.atMs - write.atMs),
      ...(line.fate.isAside && verdict === 'unknown' ? { why: 'not in the working tree, and may come back' } : {}),
    };
    group.agentLines++;
    group.texts.push(line.text);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ texts, ...hunk }) => ({ ...hunk, before: texts.join('\n') }));
}
