import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { trackedPaths, type Entry } from '../engine/index.ts';
import type { Place } from '../places.ts';
import type { SpooledEvent } from '../spool/spool.ts';
import type { Session, Step } from '../unit/unit-store.ts';
import { hashText, sessionIn } from './session.ts';
import { afterShell } from './shell-steps.ts';
import { copiedFiles, openIn, type Moment } from './snapshot.ts';
import type { Known, Surroundings, UnitSteps, Who } from './surroundings.ts';

/** A moment at which what stands in the tree is what somebody meant it to be. */
export async function settleSteps(
  event: SpooledEvent,
  { why, who, place }: { why: 'prompt' | 'stop' | 'start' | 'commit'; who: Who | undefined; place: Place },
  around: Surroundings,
): Promise<UnitSteps[]> {
  const unit = around.unitOf(place);
  const atMs = around.timeIn(unit, event);
  const tracked = new Set(trackedPaths(unit.state));
  const copied = await copiedFiles(event, place, tracked, around);
  const files: Known[] = [];
  for (const path of tracked) {
    const text = copied.get(path);
    if (text !== undefined) files.push({ path, text });
    // Not copied and there: it was no more than not on the list.
    else if (!existsSync(join(place.root, path))) files.push({ path, text: null });
  }
  const entry: Entry | undefined = files.length > 0 ? { kind: 'settle', atMs, why, files } : undefined;
  const settling: Step = { id: event.id, ...(entry && { entry }), meta: { lastMs: atMs } };
  if (!who) return [{ unit, steps: [settling] }];
  const known = sessionIn(unit, who, atMs, around.dropped);
  const moment: Moment = { event, place, unit, atMs, tracked, copied };
  const { steps, session } = why === 'stop' ? await afterShell(moment, known, around) : { steps: [], session: known };
  const ended = endOpen(moment, session);
  return [{ unit, steps: [...steps, ...ended.steps, { ...settling, session: ended.session }] }];
}

/**
 * Writes that nobody told the end of. Where the file stands as before, the write was denied; else its other half is missing,
 * and by the time of a prompt a person may have changed what a command without an end has left: nobody can say whose it is.
 */
function endOpen({ event, place, unit, atMs, copied }: Moment, session: Session): { steps: Step[]; session: Session } {
  const who = { atMs, session: session.id, agent: session.agent };
  const { wanted = {}, shell: _, ...rest } = session;
  const refused: Known[] = [];
  const unsure: Known[] = [];
  const ended: Known[] = [];
  for (const { path, text } of openIn(unit, session.id, { copied, place })) {
    const isAsBefore = session.open[path] === hashText(text);
    if (isAsBefore && wanted[path] !== undefined) refused.push({ path, text: wanted[path] });
    else (isAsBefore ? ended : unsure).push({ path, text });
  }
  const missing = unsure.filter(({ path }) => path in session.open).length;
  const steps = (
    [
      ['denied', refused],
      ['pre', unsure],
      ['post', [...ended, ...unsure]],
    ] as const
  ).flatMap(([kind, files]): Step[] =>
    files.length > 0 ? [{ id: `${event.id}/end-${kind}`, entry: { kind, ...who, files: [...files] } }] : [],
  );
  return { steps, session: { ...rest, open: {}, missed: session.missed + missing } };
}
