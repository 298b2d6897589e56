import type { FeedbackItem, FeedbackRecord } from '@whetstone/shared/contract';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { visibleText } from '../../code/unseen.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { usePolled } from '../../evals/use-polled.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { SkeletonLines } from '../../ui/states.tsx';
import { useGrowing } from '../../ui/use-growing.ts';
import { FeedbackPage } from '../feedback-page.tsx';
import { NotThere } from '../not-there.tsx';
import { correctionPath } from '../paths.ts';
import { filterOf, inputOf, searchOf } from '../queue/filter.ts';
import { useKnown } from '../queue/use-known.ts';
import { DecisionBar } from './decision-bar.tsx';
import { EvalTaskButton } from './eval-task-button.tsx';
import { CorrectionFacts } from './facts.tsx';
import { HunkView } from './hunk-view.tsx';
import { LabelsDialog } from './labels-dialog.tsx';
import { OutcomeLine } from './outcome-line.tsx';
import { PatchView } from './patch-view.tsx';
import { reviewKeys } from './review-keys.ts';
import { heldBy, heldText, nextOpen, type Change } from './reviewing.ts';
import { useLabels } from './use-labels.ts';
import { useReview } from './use-review.ts';

/** Of so many, the newest that fit, one goes from one to the next. */
const queued = 200;
/** Others may lock it meanwhile. */
const againMs = 10_000;

/** One correction: what the agent left beside what a person made of it, and a key for each decision. */
export function CorrectionPage() {
  const { id = '' } = useRoute().params;
  const { api, me } = useProject();
  const { url, route } = useLocation();
  const nowMs = useNow();
  const roleRefusal = useRefusal('editor');
  const [isLabelling, setLabelling] = useState(false);
  const search = useMemo(() => searchOf(filterOf(new URL(url, location.origin).searchParams)), [url]);
  const { query, reload } = useQuery((signal) => api.getFeedback({ id }, { signal }), [api, id]);
  const { items, isAll, replace } = useQueue(search);
  usePolled(query.state === 'ready', reload, againMs);
  // Just after a decision the one that was decided is still there: a further key is not meant for it.
  const { record, renew } = useRecord(query.state === 'ready' && query.data.id === id ? query.data : undefined);
  const { outcome, dismiss, tell, act, takeBack } = useReview({
    onChanged: (item) => {
      renew(item);
      replace(item);
    },
  });
  const { known } = useKnown();
  const { labels, isOwn, choose } = useLabels(known);

  const at = items.findIndex((each) => each.id === id);
  const open = (to: FeedbackItem | undefined, otherwise: string) =>
    to ? route(correctionPath(to.id, search)) : tell(otherwise);
  const holder = record && heldBy(record, me.key.name, nowMs);
  const refusal = roleRefusal ?? (holder === undefined ? undefined : heldText(holder));
  const decide = async (item: FeedbackItem, change: Change) => {
    const written = await act(item, change);
    if (!written || change.status === undefined) return;
    const next = nextOpen(items, item.id);
    if (next) route(correctionPath(next.id, search));
  };
  const goBack = async () => {
    const item = await takeBack();
    if (item && item.id !== id) route(correctionPath(item.id, search));
  };
  useShortcuts([
    ...reviewKeys({
      item: record,
      labels,
      me: me.key.name,
      nowMs,
      refusal,
      tell,
      act: (item, change) => void decide(item, change),
      takeBack: () => void goBack(),
    }),
    { keys: 'n', does: 'Next correction', run: () => open(items[at + 1], 'That is the last one') },
    {
      keys: 'p',
      does: 'Correction before',
      run: () => open(at > 0 ? items[at - 1] : undefined, 'That is the first one'),
    },
    { keys: 'u', does: 'Back to the queue', run: () => route(`/feedback${search}`) },
  ]);

  return (
    <FeedbackPage
      title={record ? titleOf(record) : 'Correction'}
      isCode
      up={{ href: `/feedback${search}`, label: 'Queue' }}
      actions={
        <>
          {at >= 0 && (
            <span class="self-center text-sm text-muted tabular-nums">
              {at + 1} of {isAll ? '' : 'the newest '}
              {items.length}
            </span>
          )}
          <Button disabled={at <= 0} title="p" onClick={() => open(items[at - 1], '')}>
            Previous
          </Button>
          <Button disabled={at < 0 || at + 1 >= items.length} title="n" onClick={() => open(items[at + 1], '')}>
            Next
          </Button>
        </>
      }
    >
      {query.state === 'failed' && (
        <NotThere
          what="The correction could not be loaded"
          error={query.error}
          onRetry={reload}
          up={{ href: '/feedback', label: 'To the queue' }}
        />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[60, 40, 72, 68, 70]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {record && (
        <>
          <DecisionBar
            item={record}
            labels={labels}
            me={me.key.name}
            nowMs={nowMs}
            refusal={refusal}
            onAct={(change) => void decide(record, change)}
            onEditLabels={() => setLabelling(true)}
          />
          <div class="mt-1 -mb-2">
            <OutcomeLine outcome={outcome} onTakeBack={() => void goBack()} onDismiss={dismiss} />
          </div>
          <Warnings of={record} />
          {record.hunks.length === 0 ? <PatchView of={record} /> : <Hunks of={record} />}
          <CorrectionFacts
            of={record}
            nowMs={nowMs}
            refusal={refusal}
            onAct={(change) => void decide(record, change)}
            onNote={async (note) => {
              const written = await act(record, { note });
              if (written) reload();
              return written !== undefined;
            }}
          />
          <EvalTaskButton key={record.id} of={record} />
        </>
      )}
      {isLabelling && (
        <LabelsDialog labels={labels} isOwn={isOwn} onChoose={choose} onClose={() => setLabelling(false)} />
      )}
    </FeedbackPage>
  );
}

const titleOf = ({ files, taskId }: FeedbackRecord) =>
  visibleText(files[0] === undefined ? taskId : `${files[0]}${files.length > 1 ? ` +${files.length - 1}` : ''}`);

function Hunks({ of: { id, hunks } }: { of: FeedbackRecord }) {
  const shown = useGrowing(hunks.length, id);
  return (
    <>
      {hunks.slice(0, shown).map((hunk, i) => (
        <HunkView key={hunk.id} hunk={hunk} number={i + 1} />
      ))}
    </>
  );
}

function Warnings({ of: { problem, warnings } }: { of: FeedbackRecord }) {
  if (problem === null && warnings.length === 0) return null;
  return (
    <ul class="mt-2 rounded border border-warn bg-warn-surface px-4 py-2 text-sm">
      {problem !== null && (
        <li class="break-words">
          <span class="font-semibold text-warn">! Nothing can be learned from it: </span>
          {problem}
        </li>
      )}
      {warnings.map((warning) => (
        <li key={warning} class="break-words">
          <span class="font-semibold text-warn">! Take care: </span>
          {warning}
        </li>
      ))}
    </ul>
  );
}

/** Those that fit as they were when one began: a decision takes none out, so that the way on stays the same. */
function useQueue(search: string) {
  const { api } = useProject();
  const [items, setItems] = useState<FeedbackItem[]>([]);
  const [isAll, setAll] = useState(true);
  useEffect(() => {
    const abort = new AbortController();
    const filter = filterOf(new URLSearchParams(search));
    // Without them there is no way on; the correction itself is there all the same.
    api.listFeedback(inputOf(filter, queued), { signal: abort.signal }).then(
      (page) => {
        setItems(page.items);
        setAll(page.nextCursor === null);
      },
      () => {},
    );
    return () => abort.abort();
  }, [api, search]);
  return {
    items,
    isAll,
    replace: (item: FeedbackItem) => setItems((held) => held.map((each) => (each.id === item.id ? item : each))),
  };
}

/** As it was read last, or as it is since a change that was made here after that. */
function useRecord(read: FeedbackRecord | undefined) {
  const [changed, setChanged] = useState<FeedbackItem | undefined>();
  // An answer that was on its way meanwhile knows less.
  useEffect(() => setChanged((held) => (held && read && held.version > read.version ? held : undefined)), [read]);
  return { record: read && changed?.id === read.id ? { ...read, ...changed } : read, renew: setChanged };
}
