import type { Evaluation, Flag, Segment } from '@whetstone/shared/contract';
import { useId, useMemo, useState } from 'preact/hooks';
import { fieldClass } from './form/fields.tsx';
import type { FlagDocument } from './model/document.ts';
import { attributesOf, compiledProject, preview, withDraft, type Typed } from './model/preview.ts';

interface Props {
  document: FlagDocument;
  base: Flag | undefined;
  isDirty: boolean;
  flags: readonly Flag[];
  segments: readonly Segment[];
  nowMs: number;
}

const input = `${fieldClass} w-full font-mono`;

/** What the draft serves to whom one types, by the same evaluator that agents and the API use. */
export function PreviewPanel({ document, base, isDirty, flags, segments, nowMs }: Props) {
  const id = useId();
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map());
  const [more, setMore] = useState('');
  const [at, setAt] = useState('');
  const names = [...new Set([...attributesOf(document), ...texts.keys()])];

  const compiled = useMemo(() => compiledProject(flags, segments), [flags, segments]);
  const version = isDirty || !base ? (base?.version ?? 0) + 1 : base.version;
  const ruleset = useMemo(
    () => withDraft(document, version, { flags, segments, compiled }),
    [document, version, flags, segments, compiled],
  );
  const typed: Typed[] = names.map((name) => ({ name, text: texts.get(name) ?? '' }));
  const atMs = at === '' ? nowMs : new Date(at).getTime();
  const result = ruleset && Number.isFinite(atMs) ? preview(ruleset, document.key, typed, atMs) : undefined;

  // Several may come before the next picture: what fills forms in by itself fills in all fields at once.
  const setText = (name: string, text: string) => setTexts((known) => new Map(known).set(name, text));
  const addAttribute = () => {
    if (more !== '' && !texts.has(more)) setText(more, '');
    setMore('');
  };

  return (
    <section aria-labelledby={`${id}-title`} class="min-w-0">
      <h2 id={`${id}-title`} class="mb-2 text-base font-semibold">
        Evaluate as
      </h2>
      <div class="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-2 gap-y-1">
        {names.map((name, i) => (
          <>
            <label
              key={`${name} label`}
              for={`${id}-${i}`}
              class="max-w-36 truncate font-mono text-xs text-muted"
              title={name}
            >
              {name}
            </label>
            <input
              key={name}
              id={`${id}-${i}`}
              type="text"
              class={input}
              value={texts.get(name) ?? ''}
              placeholder="missing"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setText(name, event.currentTarget.value)}
            />
          </>
        ))}
        <label for={`${id}-more`} class="text-xs text-muted">
          another
        </label>
        <input
          id={`${id}-more`}
          type="text"
          class={input}
          value={more}
          placeholder="attribute, Enter adds it"
          autocomplete="off"
          spellcheck={false}
          list="attribute-names"
          onInput={(event) => setMore(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            addAttribute();
          }}
        />
        <label for={`${id}-at`} class="text-xs text-muted">
          at
        </label>
        <input
          id={`${id}-at`}
          type="datetime-local"
          step="1"
          class={input}
          value={at}
          onInput={(event) => setAt(event.currentTarget.value)}
        />
      </div>
      <div aria-live="polite" class="mt-3">
        {result?.sticky?.map(({ flag, attribute, unit }) => (
          <p key={flag} role="note" class="mb-2 rounded bg-surface px-2 py-1 text-sm break-words">
            {flag === document.key ? 'The split' : <span class="font-mono">{flag}</span>} is sticky: {attribute}{' '}
            <span class="font-mono">{unit}</span> keeps the first answer it got. If one is stored, agents get that one,
            which may differ from what is shown here.
          </p>
        ))}
        {result ? <Result of={result} /> : <p class="text-sm text-muted">The draft cannot be evaluated as it is.</p>}
      </div>
      <p class="mt-3 text-xs text-muted">
        {isDirty
          ? 'Evaluated in this page on the draft, unsaved changes included.'
          : `Evaluated in this page, by version ${version}.`}
      </p>
    </section>
  );
}

const marks = { decided: '→', passed: '✓', skipped: '·' } as const;

function Result({
  of: { enabled, variant, value, reason, errorCode, ruleId, bucket, trace = [], explanation },
}: {
  of: Evaluation;
}) {
  const facts: [string, string | undefined][] = [
    ['reason', errorCode === undefined ? reason : `${reason}, ${errorCode}`],
    ['rule', ruleId],
    ['bucket', bucket === undefined ? undefined : `${bucket} of 100000`],
    ['value', JSON.stringify(value)],
  ];
  return (
    <div data-preview={variant}>
      <p class="border-l-4 border-accent pl-2">
        <span class="font-mono text-base font-semibold break-words">{variant}</span>
        <span class="ml-2 text-sm text-muted">{enabled ? 'on' : 'off'}</span>
      </p>
      <dl class="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-sm">
        {facts.map(
          ([name, text]) =>
            text !== undefined && (
              <>
                <dt key={`${name} name`} class="text-muted">
                  {name}
                </dt>
                <dd key={name} class="max-h-40 overflow-auto font-mono break-words whitespace-pre-wrap">
                  {text}
                </dd>
              </>
            ),
        )}
      </dl>
      <h3 class="mt-3 text-xs text-muted">Why</h3>
      <ol class="text-sm">
        {trace.map(({ step, id, outcome, why }, i) => (
          <li key={i} class={`flex gap-2 py-0.5 ${outcome === 'decided' ? '' : 'text-muted'}`}>
            <span class="w-3 shrink-0 text-center" title={outcome}>
              <span aria-hidden="true">{marks[outcome]}</span>
              <span class="sr-only">{outcome}</span>
            </span>
            <span class="min-w-0 break-words">
              {id === undefined ? step : <span class="font-mono">{id}</span>}: {why}
            </span>
          </li>
        ))}
      </ol>
      {explanation && explanation.wouldChange.length > 0 && (
        <>
          <h3 class="mt-3 text-xs text-muted">What would change it</h3>
          <ul class="text-sm">
            {explanation.wouldChange.map(({ what, gives }, i) => (
              <li key={i} class="py-0.5 break-words">
                {what} <span class="text-muted">gives</span> <span class="font-mono font-semibold">{gives}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
