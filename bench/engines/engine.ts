import type { FlagSpec, Person } from '../workload/flags.ts';

/** Whether the flag is on for the person, both as places in the lists that were prepared. */
export type Ask = (flag: number, person: number) => boolean;

export interface Prepared {
  /** From the engine's own form of the flags to being able to answer. */
  load: () => Ask | Promise<Ask>;
  /** The same when the last load is at hand and one flag has changed since. */
  loadChange?: () => Ask;
}

/** Brings flags and people into the form the engine wants, which is not what is measured. */
export type Engine = (flags: FlagSpec[], people: Person[]) => Prepared;
