import type { Guidance } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { explain, Skeleton } from '../../ui/states.tsx';

/** What serves it, and how often it did. */
export function Exposure({ flag }: { flag: NonNullable<Guidance['flag']> }) {
  const { api } = useProject();
  const { query } = useQuery(
    (signal) => api.getFlagUsage({ key: flag.key, timeRange: '30d' }, { signal }),
    [api, flag.key],
  );
  const path = `/flags/${encodeURIComponent(flag.key)}`;
  return (
    <span class="flex flex-wrap gap-x-3">
      <a href={path} class="font-mono text-accent underline">
        {flag.key}: {flag.variant}
      </a>
      {query.state === 'loading' && <Skeleton width={24} />}
      {query.state === 'failed' && <span class="text-muted">{failedText(query.error)}</span>}
      {query.state === 'ready' && (
        <a href={`${path}/usage`} class="underline tabular-nums">
          {servedText(query.data, flag.variant)}
        </a>
      )}
    </span>
  );
}

const failedText = (error: unknown) =>
  error instanceof WhetstoneError && error.code === 'not_found' ? 'the flag is gone' : explain(error).message;

interface Usage {
  exposures: number;
  variants: readonly { variant: string; exposures: number; units: number | null }[];
}

function servedText({ exposures, variants }: Usage, variant: string): string {
  const mine = variants.find((each) => each.variant === variant);
  const count = (value: number) => value.toLocaleString('en');
  if (!mine)
    return exposures === 0 ? 'served to nobody in 30 days' : `not served in 30 days, of ${count(exposures)} answers`;
  const units = mine.units === null ? '' : ` to ${count(mine.units)} units`;
  return `served ${count(mine.exposures)} times${units} in 30 days, of ${count(exposures)} answers`;
}
