import { WhetstoneError } from '@whetstone/shared/errors';
import type { Flag, Segment } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useSegments } from '../flag/use-segments.ts';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { useNow } from '../live/use-now.ts';
import { useGo } from '../shell/unsaved.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Page } from '../ui/page.tsx';
import { EmptyState, ErrorState } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { usersOf } from './model.ts';

const none: readonly Flag[] = [];

/** Every segment, and how many ask about it. */
export function SegmentsPage() {
  const { query, reload } = useSegments();
  const { flags } = useProject();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const [isNew, setNew] = useState(false);
  const live = flags.state === 'ready' ? [...flags.flags.values()] : none;
  const segments = query.state === 'ready' ? query.data : [];
  return (
    <Page
      title="Segments"
      actions={
        <Button kind="primary" disabled={refusal !== undefined} title={refusal} onClick={() => setNew(true)}>
          New segment
        </Button>
      }
    >
      {query.state === 'failed' && (
        <ErrorState what="The segments could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && segments.length === 0 && (
        <EmptyState title="No segments yet">
          <p>
            A segment names a group once, such as the users of a pilot, so that the rules of many flags can ask about
            it. Make the first with “New segment”.
          </p>
        </EmptyState>
      )}
      {(query.state === 'loading' || segments.length > 0) && (
        <Table
          caption="Segments of the project"
          rows={segments}
          loading={query.state === 'loading' ? 5 : 0}
          keyOf={({ key }) => key}
          columns={[
            {
              name: 'Key',
              cell: ({ key, description }) => (
                <a href={`/segments/${key}`} class="row-link block truncate font-mono" title={description}>
                  {key}
                  {description && <span class="ml-2 font-sans text-muted">{description}</span>}
                </a>
              ),
            },
            {
              name: 'Listed',
              isNumber: true,
              class: 'w-20',
              cell: ({ included = [] }: Segment) => included.length.toLocaleString('en'),
            },
            {
              name: 'Kept out',
              isNumber: true,
              isSecondary: true,
              class: 'w-24',
              cell: ({ excluded = [] }) => excluded.length.toLocaleString('en'),
            },
            { name: 'Rules', isNumber: true, isSecondary: true, class: 'w-20', cell: ({ rules = [] }) => rules.length },
            {
              name: 'Used by',
              isNumber: true,
              class: 'w-20',
              cell: ({ key }) => {
                const used = usersOf(key, live, segments);
                return used.flags.length + used.segments.length;
              },
            },
            {
              name: 'Changed',
              isSecondary: true,
              class: 'w-36',
              cell: ({ updatedAt }) => <Time at={updatedAt} nowMs={nowMs} />,
            },
          ]}
        />
      )}
      {isNew && <NewSegmentDialog onClose={() => setNew(false)} />}
    </Page>
  );
}

function NewSegmentDialog({ onClose }: { onClose: () => void }) {
  const { api } = useProject();
  const go = useGo();
  const [key, setKey] = useState('');
  const [error, setError] = useState<unknown>();
  const complaint =
    error instanceof WhetstoneError ? error.errors?.find(({ path }) => path === 'key')?.message : undefined;
  return (
    <Dialog title="New segment" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          api.createSegment({ key }).then(() => go(`/segments/${key}`), setError);
        }}
      >
        <TextField
          label="Key"
          isCode
          placeholder="pilot-users"
          value={key}
          onInput={setKey}
          error={complaint}
          hint="How rules ask for it; it cannot be changed later"
        />
        {error !== undefined && complaint === undefined && <ErrorState what="The segment was not made" error={error} />}
        <div class="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit">
            Create segment
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
