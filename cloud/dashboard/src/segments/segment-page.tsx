import type { Flag, Segment } from '@whetstone/shared/contract';
import { diffOf } from '@whetstone/shared/flags';
import { useRoute } from 'preact-iso';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ConflictView } from '../flag/conflict-view.tsx';
import { DiffView } from '../flag/diff-view.tsx';
import { ConditionEditor } from '../flag/form/condition-editor.tsx';
import { Action, AreaField, Section } from '../flag/form/fields.tsx';
import { FormContext } from '../flag/form/form-context.tsx';
import { SentenceView } from '../flag/form/sentence-view.tsx';
import { ValuesField } from '../flag/form/values-field.tsx';
import { newCondition } from '../flag/model/document.ts';
import { replaced, sameJson, without, withMember } from '../flag/model/json.ts';
import { whenSentence } from '../flag/model/sentences.ts';
import { firstClassNames, toMend, useLock } from '../flag/use-draft-form.ts';
import { useSegments } from '../flag/use-segments.ts';
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
import { EmptyState, ErrorState, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { mergeOfSegments, segmentComplaints, segmentDocument, usersOf, type SegmentDocument } from './model.ts';

const up = { href: '/segments', label: 'Segments' };

/** One segment: who is in, who asks about it. */
export function SegmentPage() {
  const { key = '' } = useRoute().params;
  const { query, reload } = useSegments();
  if (query.state === 'ready') {
    const segment = query.data.find((each) => each.key === key);
    if (segment) return <SegmentEditor key={key} segment={segment} segments={query.data} onChanged={reload} />;
  }
  return (
    <Page title={key} isCode up={up}>
      {query.state === 'loading' && (
        <p aria-busy="true">
          <Skeleton width={60} />
        </p>
      )}
      {query.state === 'failed' && (
        <ErrorState what="The segment could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && (
        <EmptyState title="There is no segment with this key in this project">
          <p>
            It may have been deleted. Go back to the{' '}
            <a class="underline" href="/segments">
              segments
            </a>
            .
          </p>
        </EmptyState>
      )}
    </Page>
  );
}

interface Props {
  segment: Segment;
  segments: readonly Segment[];
  onChanged: () => void;
}

const none: readonly Flag[] = [];

function SegmentEditor({ segment, segments, onChanged }: Props) {
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

  const { included = [], excluded = [], rules = [] } = document;
  const isUsed = used.flags.length + used.segments.length > 0;
  const setRules = (next: typeof rules) =>
    setDocument(withMember(document, 'rules', next.length > 0 ? next : undefined));

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
          <Section title="About">
            <AreaField
              label="Description"
              path="description"
              value={document.description}
              onInput={(text) => setDocument(withMember(document, 'description', text))}
            />
          </Section>
          <Section
            title="Kept out"
            note="Goes before all else; by the attribute that the condition names, mostly userId."
          >
            <ValuesField
              label="Never in the segment"
              path="excluded"
              values={excluded}
              onChange={(values) =>
                setDocument(withMember(document, 'excluded', values.length > 0 ? values : undefined))
              }
            />
          </Section>
          <Section title="Listed" note="In the segment by name.">
            <ValuesField
              label="Always in the segment"
              path="included"
              values={included}
              onChange={(values) =>
                setDocument(withMember(document, 'included', values.length > 0 ? values : undefined))
              }
            />
          </Section>
          <Section
            title="Rules"
            note={
              rules.length === 0
                ? 'None: who is not listed is not in.'
                : 'Anybody else is in when all conditions of one rule hold.'
            }
            action={<Action label="Add a rule" onClick={() => setRules([...rules, { when: [newCondition()] }])} />}
          >
            {rules.map(({ when }, i) => (
              <div key={i} role="group" aria-label={`Rule ${i + 1}`} class="mb-2 border-l-2 border-line pl-3">
                <p class="flex items-center gap-2 text-sm">
                  <SentenceView of={[...whenSentence(when), { kind: 'text', text: 'it is in' }]} />
                  <Action label={`Remove rule ${i + 1}`} onClick={() => setRules(without(rules, i))}>
                    ×
                  </Action>
                </p>
                {when.map((condition, j) => (
                  <ConditionEditor
                    key={j}
                    label={`Condition ${j + 1} of rule ${i + 1}`}
                    path={`rules.${i}.when.${j}`}
                    condition={condition}
                    onChange={(_group, next) => setRules(replaced(rules, i, { when: replaced(when, j, next) }))}
                    onRemove={() => setRules(replaced(rules, i, { when: without(when, j) }))}
                  />
                ))}
                <Action
                  label="Add a condition"
                  onClick={() => setRules(replaced(rules, i, { when: [...when, newCondition()] }))}
                />
              </div>
            ))}
          </Section>
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
