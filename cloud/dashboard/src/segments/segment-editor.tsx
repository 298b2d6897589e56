import type { Flag, Segment } from '@whetstone/shared/contract';
import { diffOf } from '@whetstone/shared/flags';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ConflictView } from '../flag/conflict-view.tsx';
import { DiffView } from '../flag/diff-view.tsx';
import { Section } from '../flag/form/section.tsx';
import { FormContext } from '../flag/form/form-context.tsx';
import { sameJson } from '../flag/model/json.ts';
import { firstClassNames, toMend, useLock } from '../flag/use-draft-form.ts';
import { flagPath } from '../flags/flag-path.ts';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { useNow } from '../live/use-now.ts';
import { useShortcuts } from '../shell/keyboard.tsx';
import { useGo, useUnsaved } from '../shell/unsaved.tsx';
import { Button } from '../ui/button.tsx';
import { OutdatedNote } from '../ui/outdated-note.tsx';
import { Page } from '../ui/page.tsx';
import { ReasonDialog } from '../ui/reason-dialog.tsx';
import { Time } from '../ui/time.tsx';
import { SegmentForm } from './segment-form.tsx';
import { mergeOfSegments, segmentComplaints, segmentDocument, usersOf, type SegmentDocument } from './model.ts';

const up = { href: '/segments', label: 'Segments' };

interface Props {
  segment: Segment;
  segments: readonly Segment[];
  onChanged: () => void;
}

const none: readonly Flag[] = [];

/** The draft of a segment, who asks about it, and the way to save it. */
export function SegmentEditor({ segment, segments, onChanged }: Props) {
  const { api, flags: held } = useProject();
  const nowMs = useNow();
  const go = useGo();
  const refusal = useRefusal('editor');
  const [base, setBase] = useState(segment);
  const [document, setDocument] = useState<SegmentDocument>(() => segmentDocument(segment));
  const [dialog, setDialog] = useState<'save' | 'delete' | 'conflict' | undefined>();
  const isDirty = !sameJson(document, segmentDocument(base));
  const isOutdated = segment.version > base.version;
  useUnsaved(isDirty);
  // Nothing typed: the newest version is shown. Something typed: it stays, and the newer version is spoken of.
  useEffect(() => {
    if (segment.version === base.version || isDirty) return;
    setBase(segment);
    setDocument(segmentDocument(segment));
  }, [segment, isDirty]);

  const flags = held.state === 'ready' ? [...held.flags.values()] : none;
  const used = usersOf(base.key, flags, segments);
  const complaints = useMemo(() => segmentComplaints(document, base.version), [document, base.version]);
  const lockedBecause = useLock('segments');
  const form = {
    complaints,
    lockedBecause,
    flags: new Map<string, string[]>(),
    segments: segments.map(({ key }) => key).filter((key) => key !== base.key),
    attributes: firstClassNames,
  };
  const merge = useMemo(
    () =>
      isOutdated && isDirty ? mergeOfSegments(segmentDocument(base), document, segmentDocument(segment)) : undefined,
    [isOutdated, isDirty, base, document, segment],
  );
  const cannotSave =
    lockedBecause ??
    refusal ??
    (merge ? 'Somebody else changed this segment: compare both versions first' : undefined) ??
    toMend(complaints) ??
    (isDirty ? undefined : 'Nothing is changed');
  const saveOrCompare = () => {
    if (merge) setDialog('conflict');
    else if (cannotSave === undefined) setDialog('save');
  };
  useShortcuts([{ keys: 'mod+s', does: 'Review and save', run: saveOrCompare }]);
  const take = (newest: Segment, mine = segmentDocument(newest)) => {
    setBase(newest);
    setDocument(mine);
    setDialog(undefined);
  };

  const isUsed = used.flags.length + used.segments.length > 0;

  return (
    <FormContext.Provider value={form}>
      <Page
        title={base.key}
        isCode
        up={up}
        actions={
          <>
            <Button
              kind="quiet"
              disabled={refusal !== undefined || isUsed || isDirty}
              title={
                refusal ?? (isUsed ? 'It is used: see below by whom' : isDirty ? 'Save your draft first' : undefined)
              }
              onClick={() => setDialog('delete')}
            >
              Delete
            </Button>
            <Button
              kind="primary"
              disabled={cannotSave !== undefined}
              title={cannotSave ?? 'Ctrl+S or ⌘S'}
              onClick={saveOrCompare}
            >
              Review and save
            </Button>
          </>
        }
      >
        <p class="-mt-3 mb-3 flex gap-4 text-sm text-muted">
          <span>version {base.version}</span>
          <span>
            changed <Time at={base.updatedAt} nowMs={nowMs} />
          </span>
          {isDirty && (
            <span class="text-warn">
              <span aria-hidden="true">◆ </span>unsaved changes
            </span>
          )}
        </p>
        {merge && <OutdatedNote base={base.version} theirs={segment.version} onCompare={() => setDialog('conflict')} />}
        {lockedBecause !== undefined && (
          <p role="note" class="mb-4 rounded border border-line bg-surface px-4 py-2 text-sm">
            {lockedBecause}
          </p>
        )}
        <div class="max-w-4xl">
          <SegmentForm document={document} onChange={setDocument} />
          <Section title="Used by" note={isUsed ? undefined : 'No flag and no segment asks about it.'}>
            <ul class="flex flex-wrap gap-x-4 font-mono text-sm">
              {used.flags.map((key) => (
                <li key={key}>
                  <a class="underline" href={flagPath(key)}>
                    {key}
                  </a>
                </li>
              ))}
              {used.segments.map((key) => (
                <li key={key}>
                  <a class="underline" href={`/segments/${key}`}>
                    {key}
                  </a>{' '}
                  <span class="font-sans text-muted">segment</span>
                </li>
              ))}
            </ul>
          </Section>
        </div>
        {dialog === 'save' && (
          <ReasonDialog
            title={`Save as version ${base.version + 1}`}
            verb="Save"
            write={(reason) =>
              api.updateSegment({ ...document, version: base.version, ...(reason !== undefined && { reason }) })
            }
            // The list is read again; once it has their version, both are compared.
            onConflict={() => {
              setDialog('conflict');
              onChanged();
            }}
            onWritten={(written) => {
              take(written);
              onChanged();
            }}
            onClose={() => setDialog(undefined)}
          >
            <DiffView changes={diffOf(segmentDocument(base), document)} before={base} after={document} />
            <p class="mt-2 text-sm">
              {isUsed
                ? `Asked about by ${[...used.flags, ...used.segments].join(', ')}.`
                : 'Nobody asks about it: nobody moves.'}
            </p>
          </ReasonDialog>
        )}
        {dialog === 'delete' && (
          <ReasonDialog
            title={`Delete ${base.key}`}
            verb="Delete"
            typedBack={base.key}
            write={(reason) => api.deleteSegment({ key: base.key, ...(reason !== undefined && { reason }) })}
            onWritten={() => go('/segments')}
            onClose={() => setDialog(undefined)}
          >
            <p>Nobody asks about this segment. Its history stays; one made anew with this key goes on from it.</p>
          </ReasonDialog>
        )}
        {dialog === 'conflict' && merge && (
          <ConflictView
            base={base.version}
            theirs={segment.version}
            rows={merge.rows}
            onRebase={() => take(segment, merge.rebased)}
            onTakeTheirs={() => take(segment)}
            onClose={() => setDialog(undefined)}
          />
        )}
      </Page>
    </FormContext.Provider>
  );
}
