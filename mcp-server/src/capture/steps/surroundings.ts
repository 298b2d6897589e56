import type { HookEvent } from '../hook-event.ts';
import type { TextKnower } from '../known-text.ts';
import type { Place, Refusal } from '../places.ts';
import type { SpooledEvent } from '../spool/spool.ts';
import type { Step, Unit } from '../unit/unit-store.ts';

/** What turning events into steps needs of its surroundings. */
export interface Surroundings {
  unitOf(place: Place): Unit;
  knower: TextKnower;
  /** Why files are not followed, though their place is ours. */
  refusalsOf(place: Place, paths: readonly string[]): Promise<ReadonlyMap<string, Refusal>>;
  refuse(refusal: Refusal): void;
  /** Events that found no room, so far. */
  dropped: number;
  /** The time of an event in a unit: never before the one before it, never later than now. */
  timeIn(unit: Unit, event: Pick<SpooledEvent, 'atMs'>): number;
}

export interface UnitSteps {
  unit: Unit;
  steps: Step[];
}

export type Of<Kind extends HookEvent['kind']> = Extract<HookEvent, { kind: Kind }>;
export type Who = Pick<Of<'write'>, 'session' | 'agent' | 'model'>;

export interface Known {
  path: string;
  text: string | null;
}
