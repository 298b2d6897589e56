import { mayActAs, type Flag, type Segment } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { diffOf } from '@whetstone/shared/flags';
import type { ComponentChildren } from 'preact';
import { useRoute } from 'preact-iso';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { DiffView } from '../flag/diff-view.tsx';
import { ConditionEditor } from '../flag/form/condition-editor.tsx';
import { Action, AreaField, Section } from '../flag/form/fields.tsx';
import { FormContext } from '../flag/form/form-context.tsx';
import { SentenceView } from '../flag/form/sentence-view.tsx';
import { ValuesField } from '../flag/form/values-field.tsx';
import { newCondition } from '../flag/model/document.ts';
import { replaced, sameJson, without, withMember } from '../flag/model/json.ts';
import { whenSentence } from '../flag/model/sentences.ts';
import { useSegments } from '../flag/use-segments.ts';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { useShortcuts } from '../shell/keyboard.tsx';
import { useGo, useUnsaved } from '../shell/unsaved.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { inputClass } from '../ui/field.tsx';
import { Page } from '../ui/page.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/states.tsx';
import { segmentComplaints, segmentDocument, usersOf, type SegmentDocument } from './model.ts';

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
  const { api, me, flags: held } = useProject();
  const go = useGo();
  const refusal = useRefusal('editor');
  const [base, setBase] = useState(segment);
  const [document, setDocument] = useState<SegmentDocument>(() => segmentDocument(segment));
  const [dialog, setDialog] = useState<'save' | 'delete' | undefined>();
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
  const lockedBecause = mayActAs(me.key.role, 'editor')
    ? undefined
    : `Your key has the role ${me.key.role}: it may read segments, not change them.`;
  const form = {
    complaints,
    lockedBecause,
    flags: new Map<string, string[]>(),
    segments: segments.map(({ key }) => key).filter((key) => key !== base.key),
    attributes: ['userId', 'repoId', 'branch', 'agent', 'model', 'taskType', 'taskId', 'orgId'],
  };
  const cannotSave =
    lockedBecause ??
    refusal ??
    (complaints[0] ? `${complaints[0].path}: ${complaints[0].message}` : isDirty ? undefined : 'Nothing is changed');
  useShortcuts([{ keys: 'mod+s', does: 'Review and save', run: () => cannotSave === undefined && setDialog('save') }]);

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
              onClick={() => setDialog('save')}
            >
              Review and save
            </Button>
          </>
        }
      >
        <p class="-mt-3 mb-3 flex gap-4 text-sm text-muted">
          <span>version {base.version}</span>
          {isDirty && (
            <span class="text-warn">
              <span aria-hidden="true">◆ </span>unsaved changes
            </span>
          )}
        </p>
        {isOutdated && isDirty && (
          <div
            role="alert"
            class="mb-4 flex flex-wrap items-center gap-3 rounded border border-warn bg-warn-surface px-4 py-2 text-warn"
          >
            <p>
              <span aria-hidden="true">! </span>Version {segment.version} by somebody else came meanwhile. Your draft is
              as it was.
            </p>
            <Button
              onClick={() => {
                setBase(segment);
                setDocument(segmentDocument(segment));
              }}
            >
              Take theirs, drop my draft
            </Button>
            <Button onClick={() => setBase(segment)}>Keep mine, on top of version {segment.version}</Button>
          </div>
        )}
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
                  <a class="underline" href={`/flags/${key}`}>
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
          <SegmentDialog
            title={`Save as version ${base.version + 1}`}
            verb="Save"
            write={(reason) => api.updateSegment({ ...document, version: base.version, ...(reason && { reason }) })}
            onWritten={(written) => {
              setBase(written);
              setDocument(segmentDocument(written));
              setDialog(undefined);
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
          </SegmentDialog>
        )}
        {dialog === 'delete' && (
          <SegmentDialog
            title={`Delete ${base.key}`}
            verb="Delete"
            write={(reason) => api.deleteSegment({ key: base.key, ...(reason && { reason }) })}
            onWritten={() => go('/segments')}
            onClose={() => setDialog(undefined)}
          >
            <p>Nobody asks about this segment. Its history stays; one made anew with this key goes on from it.</p>
          </SegmentDialog>
        )}
      </Page>
    </FormContext.Provider>
  );
}

interface DialogProps {
  title: string;
  verb: string;
  write: (reason: string) => Promise<Segment>;
  onWritten: (segment: Segment) => void;
  onClose: () => void;
  children: ComponentChildren;
}

function SegmentDialog({ title, verb, write, onWritten, onClose, children }: DialogProps) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>();
  const isConflict = error instanceof WhetstoneError && error.code === 'conflict';
  return (
    <Dialog title={title} onClose={onClose} isWide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          write(reason.trim()).then(onWritten, setError);
        }}
      >
        <div class="max-h-[55vh] overflow-y-auto" tabindex={0} role="region" aria-label="What changes">
          {children}
        </div>
        {error !== undefined && (
          <ErrorState what="Nothing was written" error={error}>
            {isConflict && <p class="mt-1">Your draft is kept: go back and decide which version holds.</p>}
          </ErrorState>
        )}
        <label class="mt-4 block">
          <span class="mb-1 block text-xs text-muted">Reason, for whoever reads the history</span>
          <input
            type="text"
            class={inputClass}
            maxLength={500}
            value={reason}
            autofocus
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <div class="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" type="submit">
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
