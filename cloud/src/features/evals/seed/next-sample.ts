interface Seeded {
  /** Of the sample runs that there are. */
  statuses: readonly string[];
  /** Whether the project has runs of any kind. */
  hasOthers: () => Promise<boolean>;
}

const isUnderWay = (status: string) => status === 'queued' || status === 'running';

/**
 * Which sample run is to be started now, counted from 0; undefined while one is under way, and where somebody has started
 * runs before there was any. One that failed or was cancelled is made: the others do not depend on it.
 */
export async function nextSample({ statuses, hasOthers }: Seeded): Promise<number | undefined> {
  if (statuses.some(isUnderWay)) return undefined;
  if (statuses.length === 0 && (await hasOthers())) return undefined;
  return statuses.length;
}
