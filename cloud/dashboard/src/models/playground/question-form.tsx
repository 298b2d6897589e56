import type { PortfolioReport } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { useMemo } from 'preact/hooks';
import { PlainForm } from '../../evals/form/plain-form.tsx';
import { SuggestedField } from '../../evals/form/suggested-field.tsx';
import { SelectField, TextField } from '../../flag/form/fields.tsx';
import type { Question } from './question.ts';

interface Props {
  question: Question;
  onChange: (change: Partial<Question>) => void;
  complaints: readonly FieldError[];
  /** Why nobody answers this person. */
  refusal: string | undefined;
  cells: PortfolioReport['cells'];
}

/** What is known of a task before anybody works on it. */
export function QuestionForm({ question, onChange, complaints, refusal, cells }: Props) {
  const known = useMemo(
    () => ({
      taskType: distinct(cells.map(({ taskType }) => taskType)),
      language: distinct(cells.map(({ language }) => language)),
      complexity: distinct(cells.map(({ complexity }) => complexity)),
      repoId: distinct(cells.map(({ repoId }) => repoId)),
    }),
    [cells],
  );
  const fieldOf = (path: keyof Question) => ({
    path,
    value: question[path],
    onInput: (text: string) => onChange({ [path]: text }),
  });
  return (
    <PlainForm complaints={complaints} lockedBecause={refusal}>
      <form
        aria-label="The task"
        class="grid grid-cols-2 gap-x-4 gap-y-3 lg:grid-cols-1"
        onSubmit={(event) => event.preventDefault()}
      >
        <SuggestedField
          label="Task type"
          {...fieldOf('taskType')}
          suggestions={known.taskType}
          placeholder="refactor"
        />
        <SuggestedField
          label="Language"
          {...fieldOf('language')}
          suggestions={known.language}
          placeholder="typescript"
        />
        <SuggestedField
          label="Complexity"
          {...fieldOf('complexity')}
          suggestions={known.complexity}
          placeholder="low, medium, high"
        />
        <SuggestedField
          label="Repository"
          {...fieldOf('repoId')}
          suggestions={known.repoId}
          placeholder="acme/api"
          mono
        />
        <TextField label="Context, tokens" {...fieldOf('contextTokens')} placeholder="any" />
        <TextField label="Cost per attempt at most, USD" {...fieldOf('maxCost')} placeholder="any" />
        <TextField label="Time per attempt at most, s" {...fieldOf('maxTimeS')} path="maxTimeMs" placeholder="any" />
        <SelectField
          label="Attempts are checked by"
          path="verify"
          value={question.verify}
          options={verifiers}
          onChange={(verify) => onChange({ verify })}
        />
      </form>
    </PlainForm>
  );
}

const verifiers = [
  ['', 'nothing said'],
  ['none', 'nobody'],
  ['tests', 'the tests at hand'],
  ['review', 'a review'],
] as const;

const distinct = (values: readonly (string | null)[]) =>
  [...new Set(values)].filter((value): value is string => value !== null && value !== '').sort();
