import type { Ingest } from '@whetstone/shared/contract';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { usePolled } from '../evals/use-polled.ts';
import { useProject } from '../live/project.tsx';
import { isUnderWay, underWayOf } from './libraries/model.ts';

interface Options {
  /** Of this library alone. */
  library?: string;
  /** Something is there now that was not. */
  onDone: () => void;
}

/** What is being fetched right now, followed to its end, and the way to have more fetched. */
export function useFetching({ library, onDone }: Options) {
  const { api } = useProject();
  const { query, reload } = useQuery(
    (signal) => api.listIngests({ limit: 50, ...(library !== undefined && { library }) }, { signal }),
    [api, library],
  );
  const [failure, setFailure] = useState<{ library: string; error: unknown } | undefined>();
  const ingests = query.state === 'ready' ? query.data.items : none;
  usePolled(ingests.some(isUnderWay), reload);

  const followed = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const going = new Set(ingests.filter(isUnderWay).map(({ id }) => id));
    const hasEnded = [...followed.current].some((id) => !going.has(id));
    followed.current = going;
    if (hasEnded) onDone();
  }, [ingests]);

  const fetchLibrary = useCallback(
    (name: string, version: string) => {
      setFailure(undefined);
      api.startIngest({ library: name, version }).then(
        ({ id }) => {
          followed.current = new Set([...followed.current, id]);
          reload();
        },
        (error: unknown) => setFailure({ library: name, error }),
      );
    },
    [api, reload],
  );
  return { underWay: underWayOf(ingests), ingests, failure, fetchLibrary };
}

const none: readonly Ingest[] = [];
