import { FailureCategory, Triage, type FeedbackRecord } from '@whetstone/shared/contract';
import { useLocation } from 'preact-iso';
import { Visible } from '../../code/visible.tsx';
import { Fact, Facts } from '../../evals/facts.tsx';
import { Unknown } from '../../evals/rate-cell.tsx';
import { controlClass } from '../../ui/field.tsx';
import { Time } from '../../ui/time.tsx';
import { guidancePath } from '../paths.ts';
import { failureText, kindTexts, triageMeanings } from '../words.ts';
import { NoteField } from './note-field.tsx';
import type { Change } from './reviewing.ts';

interface Props {
  of: FeedbackRecord;
  nowMs: number;
  refusal: string | undefined;
  onAct: (change: Change) => void;
  onNote: (note: string | null) => Promise<boolean>;
}

/** What is known of a correction besides its lines. */
export function CorrectionFacts({ of, nowMs, refusal, onAct, onNote }: Props) {
  const { route } = useLocation();
  const flags = Object.entries(of.flags ?? {});
  return (
    <Facts class="mt-4 text-sm lg:grid-cols-[8rem_minmax(0,1fr)_8rem_minmax(0,1fr)]">
      {of.userComment !== null && (
        <Fact name="Comment">
          <bdi class="break-words whitespace-pre-wrap">
            <Visible text={of.userComment} />
          </bdi>
        </Fact>
      )}
      <Fact name="Task">
        <Name of={of.taskId} />
        {of.taskType !== null && `, ${of.taskType}`}
      </Fact>
      <Fact name="Written by">
        {of.model === null ? <Unknown why="Nobody said which model wrote it" /> : <Name of={of.model} />}
        {of.guidanceVersion !== null && (
          <>
            {' '}
            with guidance{' '}
            <a href={guidancePath(of.guidanceVersion)} class="font-mono text-accent underline">
              {of.guidanceVersion}
            </a>
          </>
        )}
      </Fact>
      <Fact name="Corrected">
        <Time at={of.correctedAt} nowMs={nowMs} />
        {of.userId !== null && (
          <>
            {' '}
            by <Name of={of.userId} />
          </>
        )}
        , {kindTexts[of.kind]}
      </Fact>
      {of.repoId !== null && (
        <Fact name="Repository">
          <Name of={of.repoId} />
        </Fact>
      )}
      {flags.length > 0 && (
        <Fact name="Flags">
          {flags.map(([key, variant]) => (
            <a key={key} href={`/flags/${encodeURIComponent(key)}`} class="mr-3 font-mono text-accent underline">
              {key}: {variant}
            </a>
          ))}
        </Fact>
      )}
      <Fact name="About">
        <select
          aria-label="What it is about"
          class={`${controlClass} h-7 text-sm`}
          disabled={refusal !== undefined}
          title={refusal ?? (of.triage === null ? 'It is read soon' : triageMeanings[of.triage])}
          value={of.triage ?? ''}
          onChange={(event) => onAct({ triage: event.currentTarget.value as Triage })}
        >
          {of.triage === null && <option value="">not read yet</option>}
          {Triage.options.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </Fact>
      <Fact name="Failure">
        <select
          aria-label="What went wrong in the agent’s work"
          class={`${controlClass} h-7 max-w-full text-sm`}
          disabled={refusal !== undefined}
          title={refusal}
          value={of.failure ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onAct({ failure: value === '' ? null : (value as FailureCategory) })
          }
        >
          <option value="">none named</option>
          {FailureCategory.options.map((each) => (
            <option key={each} value={each}>
              {failureText(each)}
            </option>
          ))}
        </select>
      </Fact>
      <Fact name="Note">
        <NoteField key={of.id} note={of.note} refusal={refusal} onSave={onNote} />
      </Fact>
      {of.reviewedBy !== null && (
        <Fact name={of.status === 'pending' ? 'Changed' : 'Decided'}>
          by {of.reviewedBy}
          {of.reviewedAt !== null && (
            <>
              {' '}
              {/* Just now is not in a second, though this page looks at the clock now and then. */}
              <Time at={of.reviewedAt} nowMs={Math.max(nowMs, Date.parse(of.reviewedAt))} />
            </>
          )}
        </Fact>
      )}
      {of.usedIn.length > 0 && (
        <Fact name="Rules on it">
          {of.usedIn.map(({ guidanceVersion, ruleId }) => (
            <a
              key={`${guidanceVersion} ${ruleId}`}
              href={`${guidancePath(guidanceVersion)}#${ruleId}`}
              class="mr-3 font-mono whitespace-nowrap text-accent underline"
              onClick={(event) => {
                event.preventDefault();
                route(`${guidancePath(guidanceVersion)}#${ruleId}`);
              }}
            >
              {guidanceVersion} {ruleId}
            </a>
          ))}
        </Fact>
      )}
    </Facts>
  );
}

/** As a machine sent it; in whatever script, it turns nothing beside it around. */
const Name = ({ of }: { of: string }) => (
  <bdi class="font-mono">
    <Visible text={of} />
  </bdi>
);
