import type { Actor, Lost } from './carry.ts';
import { recordKey, type EngineState } from './state.ts';
import { textOf } from './versions.ts';

/** What became of lines of agents that went, by who took them. */
export function judge(state: EngineState, { step, stretch, lines }: Lost, actor: Actor, atMs: number): void {
  if (lines.length === 0) return;
  const { to } = step;
  const after = to ? to.lines.slice(stretch.after.from, stretch.after.to) : [];
  const fresh = after.filter((_, k) => to!.owners[stretch.after.from + k]!.length === 0);
  const ids = lines.flatMap((line) => line.ids);
  if (actor.kind === 'agent') {
    for (const id of ids) {
      if (id > 0) settleFate(state, id, { verdict: 'agent_revision', atMs });
      else if (isHumans(state.changes[-id]?.verdict)) mix(state, -id);
    }
    return;
  }
  if (actor.kind !== 'person' || stretch.form === 'unknown') {
    for (const id of ids) if (id > 0) settleFate(state, id, { verdict: 'unknown', atMs });
    return;
  }
  const earlier = new Set(ids.filter((id) => id < 0));
  const bySession = new Map<string, number[]>();
  for (const id of ids) {
    const write = id > 0 ? state.writes[state.written[id]?.write ?? 0] : undefined;
    if (!write) continue;
    const key = recordKey(write.session, write.agent);
    bySession.set(key, [...(bySession.get(key) ?? []), id]);
  }
  for (const id of earlier) if (state.changes[-id]) state.changes[-id]!.after = fresh;
  const owners: number[] = [...earlier];
  for (const own of bySession.values()) {
    const write = state.writes[state.written[own[0]!]!.write]!;
    const texts = lines.filter((line) => line.ids.some((id) => own.includes(id))).map(({ at }) => step.from.lines[at]!);
    const verdict = isBack(state, own, fresh) ? 'rejected' : fresh.length > 0 ? 'edited' : 'deleted';
    const change = state.nextId++;
    const newest = Math.max(...own.map((id) => state.writes[state.written[id]!.write]?.atMs ?? atMs));
    const { session, agent } = write;
    state.changes[change] = {
      session,
      agent,
      path: step.path,
      verdict,
      ids: own,
      before: texts,
      after: fresh,
      atMs,
      ageMs: Math.max(0, atMs - newest),
    };
    for (const id of own) settleFate(state, id, { verdict, atMs, change });
    owners.push(-change);
    if (fresh.length === 0 && to) to.gaps.push({ at: stretch.after.from, change });
    const record = state.records[recordKey(session, step.path)];
    if (record && !record.isClosed) record.humanText = textOf(to);
  }
  if (to) {
    for (let k = stretch.after.from; k < stretch.after.to; k++) if (to.owners[k]!.length === 0) to.owners[k] = owners;
  }
}

const isHumans = (verdict: string | undefined) =>
  verdict === 'edited' || verdict === 'deleted' || verdict === 'rejected';

function mix(state: EngineState, change: number): void {
  const of = state.changes[change]!;
  of.verdict = 'mixed';
  for (const id of of.ids) if (state.written[id]?.fate) state.written[id].fate.verdict = 'mixed';
}

function settleFate(state: EngineState, id: number, fate: NonNullable<EngineState['written'][string]['fate']>): void {
  const line = state.written[id];
  if (line) line.fate = fate;
}

/** Whether all that a write brought is gone again, and what it replaced stands there. */
function isBack(state: EngineState, ids: readonly number[], after: readonly string[]): boolean {
  const writes = new Set(ids.map((id) => state.written[id]!.write));
  const gone = new Set(ids);
  const instead = [...writes].flatMap((write) => state.writes[write]?.instead ?? []);
  const isWhole = [...writes].every((write) =>
    (state.writes[write]?.ids ?? []).every((id) => gone.has(id) || state.written[id]?.fate !== undefined),
  );
  return (
    isWhole &&
    instead.length > 0 &&
    instead.length === after.length &&
    instead.every((line, i) => line.trim() === after[i]!.trim())
  );
}
