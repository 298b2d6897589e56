import { contract } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { complaintsAbout, fieldErrorsOf, notShown } from '../../evals/form/complaints.ts';
import { PlainForm } from '../../evals/form/plain-form.tsx';
import { useLeave } from '../../evals/form/use-leave.ts';
import { NumberField, TextField } from '../../flag/form/fields.tsx';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { FeedbackPage } from '../feedback-page.tsx';
import { NotThere } from '../not-there.tsx';
import { guidancePath } from '../paths.ts';
import {
  draftFrom,
  edited,
  moved,
  noDraft,
  requestOf,
  tokensOfDraft,
  withEmptyRule,
  without,
  withProposed,
  type Draft,
} from './draft.ts';
import { ProposalsDialog } from './proposals-dialog.tsx';
import { RuleFields } from './rule-fields.tsx';
import { TokenMeter } from './token-meter.tsx';

const up = { href: '/feedback/guidance', label: 'Guidance' };

/** A new version: from nothing, from another version, or from a pattern; what it begins with is read first. */
export function EditorPage() {
  const { api } = useProject();
  const { query: address } = useLocation();
  const { parent, pattern } = address;
  const { query, reload } = useQuery(
    async (signal) => {
      const [version, from] = await Promise.all([
        parent === undefined ? undefined : api.getGuidanceVersion({ version: parent }, { signal }),
        pattern === undefined ? undefined : api.getPattern({ id: pattern }, { signal }),
      ]);
      const begun = version ? draftFrom(version, Date.now()) : noDraft;
      if (!from) return begun;
      const feedbackIds = [...new Set(from.evidence.map(({ feedbackId }) => feedbackId))].slice(0, 20);
      return withProposed(begun, { text: from.guidance ?? '', patternId: from.id, feedbackIds });
    },
    [api, parent, pattern],
  );
  if (query.state === 'ready') return <Editor key={`${parent} ${pattern}`} begun={query.data} parent={parent} />;
  return (
    <FeedbackPage title="New version" up={up}>
      {query.state === 'failed' ? (
        <NotThere
          what="What it begins with could not be loaded"
          error={query.error}
          onRetry={reload}
          up={{ href: '/feedback/guidance/new', label: 'Begin with nothing' }}
        />
      ) : (
        <SkeletonLines widths={[30, 60, 60]} />
      )}
    </FeedbackPage>
  );
}

function Editor({ begun, parent }: { begun: Draft; parent: string | undefined }) {
  const { api } = useProject();
  const refusal = useRefusal('editor');
  const [draft, setDraft] = useState(begun);
  const [refused, setRefused] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [hasTried, setTried] = useState(false);
  const [isProposing, setProposing] = useState(false);
  const leaveTo = useLeave(draft !== begun || begun.rules.length > 0);
  const request = requestOf(draft, parent);
  const local = useMemo(() => complaintsAbout(contract.createGuidance, request), [draft, parent]);
  const complaints = [...(hasTried ? local : []), ...fieldErrorsOf(refused)];
  const change = (next: Draft) => {
    setRefused(undefined);
    setDraft(next);
  };
  const cannotSave = refusal ?? (draft.rules.length === 0 ? 'It has no rules' : undefined);
  const save = async () => {
    setTried(true);
    if (cannotSave !== undefined || local.length > 0 || isBusy) return;
    setBusy(true);
    try {
      const { version } = await api.createGuidance(request);
      leaveTo(guidancePath(version));
    } catch (error) {
      setRefused(error);
      setBusy(false);
    }
  };
  useShortcuts([{ keys: 'mod+s', does: 'Save the version', run: () => void save() }]);
  const isSaidAtFields =
    refused instanceof WhetstoneError &&
    complaints.length > 0 &&
    notShown(fieldErrorsOf(refused), shownPaths).length === 0;
  return (
    <FeedbackPage
      title={parent === undefined ? 'New version' : `New version from ${parent}`}
      up={up}
      actions={
        <Button
          kind="primary"
          disabled={cannotSave !== undefined || isBusy}
          title={cannotSave ?? 'Ctrl+S or ⌘S'}
          onClick={() => void save()}
        >
          Save the version
        </Button>
      }
    >
      <PlainForm complaints={complaints} lockedBecause={refusal}>
        <div class="mb-4 flex max-w-4xl flex-wrap items-end gap-3">
          <TextField
            label="Title"
            path="title"
            class="w-80 max-w-full"
            value={draft.title}
            onInput={(title) => change({ ...draft, title })}
          />
          <NumberField
            label="Budget"
            unit="tokens"
            path="tokenBudget"
            optional
            value={draft.tokenBudget}
            onInput={(tokenBudget) => change({ ...draft, tokenBudget })}
          />
          <TokenMeter tokens={tokensOfDraft(draft)} budget={draft.tokenBudget} />
        </div>
        {refused !== undefined && !isSaidAtFields && (
          <div class="mb-4 max-w-4xl">
            <ErrorState what="The version was not saved; your rules are as they were" error={refused} />
          </div>
        )}
        {draft.rules.length === 0 && (
          <EmptyState title="It has no rules yet">
            <p>A rule is one short sentence for agents. The strongest patterns bring their own.</p>
          </EmptyState>
        )}
        <ol aria-label="Rules" class="max-w-4xl divide-y divide-line border-b border-line">
          {draft.rules.map((rule, i) => (
            <li key={rule.key} class="py-3">
              <RuleFields
                rule={rule}
                path={`rules.${i}`}
                isFirst={i === 0}
                isLast={i === draft.rules.length - 1}
                isLocked={refusal !== undefined}
                onChange={(part) => change(edited(draft, rule.key, part))}
                onMove={(by) => change(moved(draft, rule.key, by))}
                onRemove={() => change(without(draft, rule.key))}
              />
            </li>
          ))}
        </ol>
        <div class="mt-3 flex flex-wrap gap-2">
          <Button disabled={refusal !== undefined} title={refusal} onClick={() => setProposing(true)}>
            From patterns…
          </Button>
          <Button disabled={refusal !== undefined} title={refusal} onClick={() => change(withEmptyRule(draft))}>
            Add a rule
          </Button>
        </div>
      </PlainForm>
      {isProposing && (
        <ProposalsDialog
          taken={draft.rules.flatMap(({ patternId }) => patternId ?? [])}
          onTake={(proposed) => {
            change(proposed.reduce(withProposed, draft));
            setProposing(false);
          }}
          onClose={() => setProposing(false)}
        />
      )}
    </FeedbackPage>
  );
}

const shownPaths = ['title', 'tokenBudget', 'rules'];
