import type { CaptureLevel } from '../config.ts';
import type { Acceptance, Recording } from '../offline/outbox/outbox.ts';
import { close } from './engine/index.ts';
import { followGit, lookNow } from './drain.ts';
import { repositoryOf } from './git/repository.ts';
import { handoversOf } from './handover.ts';
import type { TextKnower } from './known-text.ts';
import { placeOf, unitName, type Place } from './places.ts';
import type { Handover, Unit } from './unit/unit-store.ts';
import type { Units } from './units.ts';

interface Closing {
  units: Units;
  knower: TextKnower;
  level: CaptureLevel;
  /** DO_NOT_TRACK: what was noted stays here. */
  tells: boolean;
  dropped: number;
  nowMs: number;
  /** A tree in which nobody waits any longer. */
  ends?: Place | undefined;
  record: (told: Recording) => Promise<Acceptance>;
}

/** Closing looks at the tree, which costs a little; records close a day after they were written. */
const lookEveryMs = 15 * 60_000;
/** What waits for a key to be told with; the oldest goes when there is more. */
const mostWaiting = 1_000;
const sessionsKeptMs = 8 * 86_400_000;

/** Settles what is old enough in all places, and hands over what came of it. */
export async function closeUnits(closing: Closing): Promise<void> {
  const { ends } = closing;
  if (ends) await closeUnit(ends, closing.units.of(ends), closing, { isEnd: true });
  for (const root of closing.units.roots()) {
    const place = placeOf(root);
    // Of a tree that is gone nobody can say what became of its lines.
    if (place.root !== root) continue;
    const unit = closing.units.of(place);
    if (closing.nowMs - unit.meta.lookedMs >= lookEveryMs) await closeUnit(place, unit, closing);
    await handOver(unit, closing);
  }
}

async function closeUnit(
  place: Place,
  unit: Unit,
  { knower, level, tells, dropped, nowMs }: Closing,
  { isEnd = false }: { isEnd?: boolean } = {},
) {
  await followGit(place, unit, { untilMs: nowMs, head: undefined, knower });
  await lookNow(place, unit, { knower, nowMs });
  const { state, closing } = close(unit.state, nowMs, { isEnd });
  const isEmpty = closing.corrections.length + closing.survivals.length === 0;
  const { sessions } = unit.meta;
  const around = { level, sessions, dropped, unit: unitName(place.root), nowMs };
  const made = isEmpty || !tells ? [] : handoversOf(closing, { ...around, ...(await repositoryOf(place)) });
  // What was settled and what there is to tell of it take effect together.
  unit.snapshot({
    state,
    handovers: [...unit.handovers, ...made].slice(-mostWaiting),
    forgetBeforeMs: nowMs - sessionsKeptMs,
  });
}

/** Each is taken off the list when the outbox has it: a kill in between hands it over again, under the same id. */
async function handOver(unit: Unit, { tells, record }: Closing) {
  if (unit.handovers.length === 0 || !tells) return;
  const left: Handover[] = [];
  for (const handover of unit.handovers) {
    const { accepted } = await record(handover);
    if (!accepted) left.push(handover);
  }
  if (left.length < unit.handovers.length) unit.snapshot({ handovers: left });
}
