import type { Override } from '@whetstone/shared/contract';
import { firstOn, type FlagDocument } from '../model/document.ts';
import { replaced, withMember, without } from '../model/json.ts';
import { overrideSentence } from '../model/sentences.ts';
import { TextField, VariantField } from './fields.tsx';
import { InstantField } from './instant-field.tsx';
import { Action, Section } from './section.tsx';
import { useDraft, useEdit, useForm } from './form-context.tsx';
import { RulesEditor } from './rules-editor.tsx';
import { SentenceView } from './sentence-view.tsx';
import { ServeEditor } from './serve-editor.tsx';
import { ValuesField } from './values-field.tsx';

/** Who gets what, in the order in which it is decided: prerequisites, overrides, rules, default. */
export function TargetingEditor() {
  const { document } = useDraft();
  const edit = useEdit();
  return (
    <>
      <Prerequisites />
      <Overrides />
      <Section title="Rules" note="The first whose conditions all hold decides.">
        <RulesEditor
          rules={document.rules}
          path="rules"
          onChange={(group, rules) => edit(group, (held) => ({ ...held, rules }))}
        />
      </Section>
      <Section title="Default" note="Decides when no rule does.">
        <ServeEditor
          serve={document.fallthrough}
          path="fallthrough"
          onChange={(group, fallthrough) => edit(group, (held) => ({ ...held, fallthrough }))}
        />
      </Section>
    </>
  );
}

/** A list that is absent when it has nothing in it. */
const orAbsent = <T,>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined);

function Prerequisites() {
  const { document } = useDraft();
  const { flags } = useForm();
  const edit = useEdit();
  const list = document.prerequisites ?? [];
  const set = (group: string, next: NonNullable<FlagDocument['prerequisites']>) =>
    edit(group, (held) => withMember(held, 'prerequisites', orAbsent(next)));
  return (
    <Section
      title="Prerequisites"
      note={list.length === 0 ? 'None.' : 'All must serve one of the named variants, else this flag is off.'}
      action={
        <Action
          label="Add a prerequisite"
          onClick={() => set('prerequisites +', [...list, { flag: '', variants: [] }])}
        />
      }
    >
      {list.map((needed, i) => {
        const path = `prerequisites.${i}`;
        return (
          <div key={i} role="group" aria-label={`Prerequisite ${i + 1}`} class="flex flex-wrap items-start gap-2 py-1">
            <TextField
              label="Flag"
              path={`${path}.flag`}
              class="w-56 max-sm:w-full"
              mono
              list="flag-keys"
              value={needed.flag}
              onInput={(flag) => set(`${path}.flag`, replaced(list, i, { ...needed, flag }))}
            />
            <ValuesField
              label="serves one of"
              path={`${path}.variants`}
              values={needed.variants}
              suggestions={flags.get(needed.flag) ?? []}
              placeholder="variant of that flag"
              onChange={(variants) =>
                set(`${path}.variants ${variants.length}`, replaced(list, i, { ...needed, variants }))
              }
            />
            <Action
              class="sm:mt-5"
              label={`Remove prerequisite ${i + 1}`}
              onClick={() => set(`${path} -`, without(list, i))}
            >
              ×
            </Action>
          </div>
        );
      })}
    </Section>
  );
}

function Overrides() {
  const { document } = useDraft();
  const { lockedBecause } = useForm();
  const edit = useEdit();
  const list = document.overrides ?? [];
  const set = (group: string, next: Override[]) => edit(group, (held) => withMember(held, 'overrides', orAbsent(next)));
  const add = () => set('overrides +', [...list, { attribute: 'userId', values: [], variant: firstOn(document) }]);
  return (
    <Section
      title="Overrides"
      note={list.length === 0 ? 'None.' : 'For trying out: they go before all rules.'}
      action={<Action label="Add an override" onClick={add} />}
    >
      {list.map((override, i) => {
        const path = `overrides.${i}`;
        const change = <K extends keyof Override>(name: K, value: Override[K] | undefined | '') =>
          set(`${path}.${name}`, replaced(list, i, withMember(override, name, value)));
        if (lockedBecause !== undefined) {
          return (
            <p key={i} class="py-1 text-sm">
              <SentenceView of={overrideSentence(override)} />
              {override.note && <span class="ml-2 text-xs text-muted">{override.note}</span>}
            </p>
          );
        }
        return (
          <div key={i} role="group" aria-label={`Override ${i + 1}`} class="flex flex-wrap items-start gap-2 py-1">
            <TextField
              label="Attribute"
              path={`${path}.attribute`}
              class="w-28"
              mono
              list="attribute-names"
              value={override.attribute}
              onInput={(attribute) => set(`${path}.attribute`, replaced(list, i, { ...override, attribute }))}
            />
            <ValuesField
              label="is one of"
              path={`${path}.values`}
              values={override.values}
              onChange={(values) => change('values', values)}
            />
            <VariantField
              label="gets"
              path={`${path}.variant`}
              class="w-28"
              value={override.variant}
              onChange={(variant) => change('variant', variant)}
            />
            <InstantField
              label="Until"
              path={`${path}.expiresAt`}
              class="w-52"
              value={override.expiresAt}
              onInput={(at) => change('expiresAt', at)}
            />
            <TextField
              label="Note"
              path={`${path}.note`}
              class="w-32"
              value={override.note}
              onInput={(note) => change('note', note)}
            />
            <Action
              class="sm:mt-5"
              label={`Remove override ${i + 1}`}
              onClick={() => set(`${path} -`, without(list, i))}
            >
              ×
            </Action>
          </div>
        );
      })}
    </Section>
  );
}
