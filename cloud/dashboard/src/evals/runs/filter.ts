import type { RunStatus } from '@whetstone/shared/contract';

export const runStatuses: readonly RunStatus[] = ['queued', 'running', 'completed', 'failed', 'cancelled'];

/** What the address says one looks at. */
export interface RunFilter {
  dataset: string | undefined;
  status: RunStatus | undefined;
}

export const runFilterOf = (search: URLSearchParams): RunFilter => ({
  dataset: search.get('dataset') ?? undefined,
  status: runStatuses.find((each) => each === search.get('status')),
});

export function runsAddressOf({ dataset, status }: RunFilter, isNew = false): string {
  const query = new URLSearchParams({
    ...(dataset !== undefined && { dataset }),
    ...(status !== undefined && { status }),
    ...(isNew && { new: '' }),
  });
  return query.size === 0 ? '/runs' : `/runs?${query}`;
}
