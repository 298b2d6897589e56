import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { trackedPaths, type Entry } from '../engine/index.ts';
import { contentsAt } from '../git/contents.ts';
import type { Place } from '../places.ts';
import type { SpooledEvent } from '../spool/spool.ts';
import type { Session, ShellBefore, Step } from '../unit/unit-store.ts';
import { hashText, missedOne, sessionIn } from './session.ts';
import { copiedFiles, openIn, type Moment } from './snapshot.ts';
import type { Known, Of, Surroundings, UnitSteps } from './surroundings.ts';

/** Around a command of the shell, which may change any file. */
export async function shellSteps(
  event: SpooledEvent,
  hook: Of<'shell'>,
  place: Place,
  around: Surroundings,
): Promise<UnitSteps[]> {
  const unit = around.unitOf(place);
  const atMs = around.timeIn(unit, event);
  const tracked = new Set(trackedPaths(unit.state));
  const copied = await copiedFiles(event, place, tracked, around);
  const moment: Moment = { event, place, unit, atMs, tracked, copied };
  const known = sessionIn(unit, hook, atMs, around.dropped);
  if (hook.phase === 'post') {
    if (!known.shell) return [{ unit, steps: [{ id: event.id, session: missedOne(known), meta: { lastMs: atMs } }] }];
    const { steps, session } = await afterShell(moment, known, around);
    return [{ unit, steps: [...steps, { id: event.id, session, meta: { lastMs: atMs } }] }];
  }
  // Of a command that failed, some clients tell no end: it lies before the next.
  const { steps, session } = await afterShell(moment, known, around);
  const files = [...copied].map(([path, text]) => ({ path, text })).filter(({ path }) => tracked.has(path));
  const who = { atMs, session: hook.session, agent: hook.agent };
  const entry: Entry | undefined = files.length > 0 ? { kind: 'pre', ...who, files } : undefined;
  const shell = shellBefore(event, copied, tracked);
  const begun: Step = { id: event.id, ...(entry && { entry }), session: { ...session, shell }, meta: { lastMs: atMs } };
  return [{ unit, steps: [...steps, begun] }];
}

/** What a command changed that is under way until now; nothing where none is. */
export async function afterShell(
  { event, place, unit, atMs, tracked, copied }: Moment,
  { shell, ...session }: Session,
  around: Surroundings,
): Promise<{ steps: Step[]; session: Session }> {
  if (!shell) return { steps: [], session };
  const who = { atMs, session: session.id, agent: session.agent };
  const changed = changedBetween(shell, copied, tracked, place);
  const { before, unknown } = await textsBefore(place, shell, changed, tracked, around);
  const told = changed.filter(({ path }) => !unknown.has(path));
  const open = openIn(unit, session.id, { copied, place });
  const ended = [...told, ...open.filter(({ path }) => !told.some((one) => one.path === path))];
  const steps: Step[] = [];
  if (before.length > 0) steps.push({ id: `${event.id}/pre`, entry: { kind: 'pre', ...who, files: before } });
  if (ended.length > 0) steps.push({ id: `${event.id}/post`, entry: { kind: 'post', ...who, files: ended } });
  const { writes, missed } = session;
  return { steps, session: { ...session, writes: writes + told.length, missed: missed + unknown.size } };
}

const mostTextBytes = 2 * 1_048_576;

function shellBefore(event: SpooledEvent, copied: Map<string, string>, tracked: ReadonlySet<string>): ShellBefore {
  const head = event.attached('head')?.toString('latin1').trim();
  const texts: Record<string, string> = {};
  let bytes = 0;
  for (const [path, text] of copied) {
    bytes += text.length;
    if (!tracked.has(path) && bytes <= mostTextBytes) texts[path] = text;
  }
  const hashes = Object.fromEntries([...copied].map(([path, text]) => [path, hashText(text)]));
  return { ...(head && /^[0-9a-f]{40,64}$/.test(head) && { head }), hashes, texts };
}

function changedBetween(
  { hashes }: ShellBefore,
  copied: Map<string, string>,
  tracked: ReadonlySet<string>,
  { root }: Place,
): Known[] {
  const changed: Known[] = [...copied]
    .filter(([path, text]) => hashes[path] !== hashText(text))
    .map(([path, text]) => ({ path, text }));
  for (const path of new Set([...Object.keys(hashes), ...tracked])) {
    const isGone = !copied.has(path) && path in hashes && !existsSync(join(root, path));
    if (isGone) changed.push({ path, text: null });
  }
  return changed;
}

/** Of files that were as the commit has them, nobody had to take a copy. */
async function textsBefore(
  place: Place,
  shell: ShellBefore,
  changed: readonly Known[],
  tracked: ReadonlySet<string>,
  { knower }: Surroundings,
) {
  const before: Known[] = [];
  const unknown = new Set<string>();
  const asked: string[] = [];
  for (const { path } of changed) {
    const text = shell.texts[path];
    if (text !== undefined) before.push({ path, text });
    else if (path in shell.hashes) {
      if (!tracked.has(path)) unknown.add(path);
    } else if (shell.head === undefined) unknown.add(path);
    else asked.push(path);
  }
  const { head } = shell;
  if (head === undefined) return { before, unknown };
  const contents = await contentsAt(
    place.root,
    asked.map((path) => ({ commit: head, path })),
  );
  asked.forEach((path, index) => {
    const content = contents[index];
    const known = typeof content === 'string' ? knower.know(Buffer.from(content)) : { text: content };
    if ('text' in known && known.text !== undefined) before.push({ path, text: known.text });
    else unknown.add(path);
  });
  return { before, unknown };
}
