import type { Entry } from '../engine/index.ts';
import { beforeEdits, textWanted } from '../hook-event.ts';
import type { TextKnower } from '../known-text.ts';
import { placeFile, type PlacedFile } from '../places.ts';
import type { SpooledEvent } from '../spool/spool.ts';
import type { Step, Unit } from '../unit/unit-store.ts';
import { counted, missedOne, sessionIn, without } from './session.ts';
import type { Known, Of, Surroundings, UnitSteps } from './surroundings.ts';

/** Around one write of a file whose copy lies beside the event. */
export async function writeSteps(event: SpooledEvent, hook: Of<'write'>, around: Surroundings): Promise<UnitSteps[]> {
  const placed = await ours(hook.path, hook.directory, around);
  if (!placed) return [];
  const unit = around.unitOf(placed.place);
  const atMs = around.timeIn(unit, event);
  if (event.attached('link')) {
    around.refuse('symlink');
    return [];
  }
  const session = sessionIn(unit, hook, atMs, around.dropped);
  if (event.attached('bad'))
    return [{ unit, steps: [{ id: event.id, session: missedOne(session), meta: { lastMs: atMs } }] }];
  const bytes = event.attached('file');
  const known = bytes ? around.knower.know(bytes) : { text: null };
  if ('refused' in known) {
    around.refuse(known.refused);
    return [];
  }
  const { path } = placed;
  const files = [{ path, text: known.text }];
  const who = { atMs, session: hook.session, agent: hook.agent };
  const wanted =
    hook.phase === 'post' ? undefined : wantedText(bytes?.toString('utf8') ?? null, hook.input, around.knower);
  if (hook.phase === 'denied') {
    const entry: Entry =
      wanted === undefined
        ? { kind: 'post', ...who, files }
        : { kind: 'denied', ...who, files: [{ path, text: wanted }] };
    return [{ unit, steps: [{ id: event.id, entry, session: without(session, path), meta: { lastMs: atMs } }] }];
  }
  const entry: Entry = { kind: hook.phase, ...who, files };
  const seen = counted(session, hook.phase, files);
  const next = wanted === undefined ? seen : { ...seen, wanted: { ...seen.wanted, [path]: wanted } };
  return [{ unit, steps: [{ id: event.id, entry, session: next, meta: { lastMs: atMs } }] }];
}

/** A text this long would weigh on every line of the journal until the write has ended. */
const mostWanted = 65_536;

function wantedText(before: string | null, input: Of<'write'>['input'], knower: TextKnower): string | undefined {
  const wanted = textWanted(before, input);
  if (wanted === undefined || wanted.length > mostWanted || wanted === before) return undefined;
  const known = knower.know(Buffer.from(wanted));
  return 'text' in known ? known.text : undefined;
}

/** Cursor tells after the fact what it changed: what was before is what its edits took away. */
export async function editedSteps(event: SpooledEvent, hook: Of<'edited'>, around: Surroundings): Promise<UnitSteps[]> {
  const placed = await ours(hook.path, hook.directory, around);
  if (!placed) return [];
  const unit = around.unitOf(placed.place);
  const atMs = around.timeIn(unit, event);
  const session = sessionIn(unit, hook, atMs, around.dropped);
  const bytes = event.attached('file');
  if (!bytes) {
    if (event.attached('link')) around.refuse('symlink');
    return [{ unit, steps: [{ id: event.id, session: missedOne(session), meta: { lastMs: atMs } }] }];
  }
  const after = around.knower.know(bytes);
  if ('refused' in after) {
    around.refuse(after.refused);
    return [];
  }
  const reversed = beforeEdits(bytes.toString('utf8'), hook.edits);
  const before = typeof reversed === 'string' ? around.knower.know(Buffer.from(reversed)) : { text: reversed };
  const who = { atMs, session: hook.session, agent: hook.agent };
  const { path } = placed;
  const isKnown = 'text' in before && before.text !== undefined;
  const pre: Step[] = isKnown
    ? [{ id: `${event.id}/pre`, entry: { kind: 'pre', ...who, files: [{ path, text: before.text ?? null }] } }]
    : [];
  const seen = isKnown ? { ...session, writes: session.writes + 1 } : missedOne(session);
  const post: Step = {
    id: event.id,
    entry: { kind: 'post', ...who, files: [{ path, text: after.text }] },
    session: seen,
    meta: { lastMs: atMs },
  };
  return [{ unit, steps: [...pre, post] }];
}

/** What a program told through `capture pre` and `capture post`, of files that may lie in several places. */
export async function toldSteps(event: SpooledEvent, hook: Of<'told'>, around: Surroundings): Promise<UnitSteps[]> {
  const byUnit = new Map<Unit, Known[]>();
  for (const { path, text } of hook.files) {
    const placed = await ours(path, hook.directory, around);
    if (!placed) continue;
    const known = text === null ? { text } : around.knower.know(Buffer.from(text));
    if ('refused' in known) {
      around.refuse(known.refused);
      continue;
    }
    const unit = around.unitOf(placed.place);
    byUnit.set(unit, [...(byUnit.get(unit) ?? []), { path: placed.path, text: known.text }]);
  }
  return [...byUnit].map(([unit, files]) => {
    const atMs = around.timeIn(unit, event);
    const session = counted(sessionIn(unit, hook, atMs, around.dropped), hook.phase, files);
    const entry: Entry = { kind: hook.phase, atMs, session: hook.session, agent: hook.agent, files };
    return { unit, steps: [{ id: event.id, entry, session, meta: { lastMs: atMs } }] };
  });
}

async function ours(path: string, directory: string, around: Surroundings): Promise<PlacedFile | undefined> {
  const placed = placeFile(path, directory);
  const refusal =
    typeof placed === 'string' ? placed : (await around.refusalsOf(placed.place, [placed.path])).get(placed.path);
  if (refusal) around.refuse(refusal);
  return typeof placed === 'string' || refusal ? undefined : placed;
}
