import type { Flag, FlagVersion } from '@whetstone/shared/contract';
import { useLocation } from 'preact-iso';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { Button } from '../ui/button.tsx';
import { ErrorState, SkeletonLines } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { DiffView } from './diff-view.tsx';
import { actionWords } from './model/marks.ts';
import { ReasonView } from './reason-view.tsx';
import { WriteDialog } from './write-dialog.tsx';

interface Props {
  flag: Flag;
  isDirty: boolean;
  nowMs: number;
  onWritten: (flag: Flag) => void;
}

/** Every version, newest first, and the way back to each. */
export function HistoryTab({ flag, isDirty, nowMs, onWritten }: Props) {
  const { api } = useProject();
  const refusal = useRefusal('editor');
  const [versions, setVersions] = useState<FlagVersion[] | undefined>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  const [backTo, setBackTo] = useState<FlagVersion | undefined>();

  useEffect(() => {
    const abort = new AbortController();
    setError(undefined);
    api.getFlagHistory({ key: flag.key, limit: 50 }, { signal: abort.signal }).then(
      ({ items, nextCursor }) => {
        if (abort.signal.aborted) return;
        setVersions(items);
        setCursor(nextCursor);
      },
      (why: unknown) => !abort.signal.aborted && setError(why),
    );
    return () => abort.abort();
  }, [api, flag.key, flag.version, turn]);

  const loadMore = () => {
    if (cursor === null) return;
    api.getFlagHistory({ key: flag.key, limit: 50, cursor }).then(({ items, nextCursor }) => {
      setVersions((held = []) => [...held, ...items]);
      setCursor(nextCursor);
    }, setError);
  };

  // A link may name a version; what lies further back is loaded until it is there.
  const named = Number(useLocation().query['version']) || undefined;
  const namedRow = useRef<HTMLLIElement>(null);
  const isNamedHere = versions?.some(({ version }) => version === named) ?? false;
  useEffect(() => {
    if (isNamedHere) namedRow.current?.scrollIntoView({ block: 'center' });
    else if (named !== undefined && (versions?.at(-1)?.version ?? 0) > named) loadMore();
  }, [named, isNamedHere, versions]);

  if (error !== undefined && !versions) {
    return <ErrorState what="The history could not be loaded" error={error} onRetry={() => setTurn(turn + 1)} />;
  }
  if (!versions) {
    return <SkeletonLines widths={[50, 70, 60]} />;
  }
  return (
    <>
      <ol class="-mt-4 divide-y divide-line border-b border-line">
        {versions.map((version, i) => (
          <li
            key={version.version}
            ref={version.version === named ? namedRow : null}
            aria-current={version.version === named ? 'true' : undefined}
            class="py-2 aria-[current]:bg-hover"
          >
            <div class="flex flex-wrap items-baseline gap-x-3 text-sm">
              <span class="w-10 font-mono tabular-nums">v{version.version}</span>
              <span class="font-semibold">{actionWords[version.action]}</span>
              <span class="break-words">
                by {version.actor.name}
                {version.actor.kind === 'system' && <span class="text-muted"> (system)</span>}
              </span>
              <span class="text-muted">
                <Time at={version.at} nowMs={nowMs} />
              </span>
              {version.version === flag.version ? (
                <span class="ml-auto text-xs text-muted">in force</span>
              ) : (
                <Button
                  kind="quiet"
                  class="ml-auto !h-7"
                  disabled={refusal !== undefined || isDirty}
                  title={refusal ?? (isDirty ? 'Save or drop your draft first' : undefined)}
                  onClick={() => setBackTo(version)}
                >
                  Go back to v{version.version}
                </Button>
              )}
            </div>
            {version.reason && <ReasonView reason={version.reason} />}
            {version.diff.length > 0 && (
              <details class="mt-1 ml-13" open={named === undefined ? i === 0 : version.version === named}>
                <summary class="cursor-pointer text-xs text-muted">
                  {version.diff.length === 1 ? '1 place' : `${version.diff.length} places`}
                </summary>
                <DiffView changes={version.diff} before={versions[i + 1]?.flag} after={version.flag} />
              </details>
            )}
          </li>
        ))}
      </ol>
      {cursor !== null && (
        <Button class="mt-3" onClick={loadMore}>
          Older versions
        </Button>
      )}
      {error !== undefined && <ErrorState what="Older versions could not be loaded" error={error} onRetry={loadMore} />}
      {backTo && (
        <WriteDialog
          title={`Back to version ${backTo.version}, as version ${flag.version + 1}`}
          verb={`Go back to version ${backTo.version}`}
          before={flag}
          rehearse={(signal) => api.rollBackFlag({ key: flag.key, version: backTo.version, dryRun: true }, { signal })}
          write={(reason) =>
            api.rollBackFlag({ key: flag.key, version: backTo.version, ...(reason !== undefined && { reason }) })
          }
          onWritten={(written) => {
            setBackTo(undefined);
            onWritten(written);
          }}
          onClose={() => setBackTo(undefined)}
        />
      )}
    </>
  );
}
