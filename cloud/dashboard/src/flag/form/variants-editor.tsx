import { valueTypes } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { sameJson, withMember } from '../model/json.ts';
import { readValue, retyped, textOfValue } from '../model/values.ts';
import { renamedVariant, usesOf } from '../model/variants.ts';
import { AreaField, Complaints, SelectField, TextField } from './fields.tsx';
import { Action } from './section.tsx';
import { useComplaints, useDraft, useEdit, useForm } from './form-context.tsx';
import { useTyped } from './use-typed.ts';

/** What a flag can serve: a name, a value, and which of them is "off". */
export function VariantsEditor() {
  const { document } = useDraft();
  const edit = useEdit();
  const { variants, type } = document;
  const add = () => {
    let n = Object.keys(variants).length + 1;
    while (Object.hasOwn(variants, `variant-${n}`)) n++;
    const fresh = retyped({ [`variant-${n}`]: type === 'json' ? {} : '' }, type);
    edit('variants +', (held) => ({ ...held, variants: { ...held.variants, ...fresh } }));
  };
  return (
    <>
      <SelectField
        label="Type of every value"
        path="type"
        class="mb-2 w-48"
        value={type ?? ''}
        options={[['', 'not declared'], ...valueTypes.map((name): [string, string] => [name, name])]}
        onChange={(name) => {
          const next = valueTypes.find((known) => known === name);
          edit('type', (held) => withMember({ ...held, variants: retyped(held.variants, next) }, 'type', next));
        }}
      />
      <table class="w-full max-w-3xl text-sm">
        <thead class="text-left text-xs text-muted">
          <tr>
            <th class="w-40 pr-2 pb-1 max-md:w-28 font-normal">Name</th>
            <th class="pr-2 pb-1 font-normal">Value</th>
            <th class="w-10 pb-1 text-center font-normal">Off</th>
            <th class="w-8">
              <span class="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(variants).map(([name, value], i) => (
            <VariantRow key={i} name={name} value={value} />
          ))}
        </tbody>
      </table>
      <Complaints of={[...useComplaints('variants'), ...useComplaints('offVariant')]} />
      <Action label="Add a variant" onClick={add} />
    </>
  );
}

function VariantRow({ name, value }: { name: string; value: unknown }) {
  const { document, dispatch, unread } = useDraft();
  const { lockedBecause } = useForm();
  const edit = useEdit();
  const [typedName, setTypedName] = useState<string | undefined>();
  const place = `variants.${name}`;
  const uses = usesOf(document, name);
  const isTaken = typedName !== undefined && typedName !== name && Object.hasOwn(document.variants, typedName);

  const rename = (to: string) => {
    if (to === '' || (to !== name && Object.hasOwn(document.variants, to))) return setTypedName(to);
    setTypedName(undefined);
    edit('variant name', (held) => renamedVariant(held, name, to));
  };
  const [shown, setTyped] = useTyped(textOfValue(value, document.type), (text) => {
    const read = readValue(text, document.type);
    return read.ok && sameJson(read.value, value);
  });
  const type = (text: string) => {
    setTyped(text);
    const read = readValue(text, document.type);
    if (!read.ok) return dispatch({ kind: 'unread', place, unread: { text, why: read.why } });
    edit(place, (held) => ({ ...held, variants: { ...held.variants, [name]: read.value } }));
  };
  const remove = () =>
    edit(`${place} -`, (held) => {
      const { [name]: _gone, ...rest } = held.variants;
      return { ...held, variants: rest };
    });

  return (
    <tr class="align-top">
      <td class="pr-2 pb-1">
        <TextField
          bare
          mono
          label={`Name of variant ${name}`}
          path={`${place} name`}
          value={typedName ?? name}
          onInput={rename}
        />
        {isTaken && <Complaints of={[`another variant is called "${typedName}"`]} />}
      </td>
      <td class="pr-2 pb-1">
        {document.type === 'boolean' && typeof value === 'boolean' ? (
          <SelectField
            bare
            mono
            label={`Value of variant ${name}`}
            path={place}
            value={String(value)}
            options={[
              ['true', 'true'],
              ['false', 'false'],
            ]}
            onChange={type}
          />
        ) : (
          <AreaField
            bare
            mono
            label={`Value of variant ${name}`}
            path={place}
            value={unread[place]?.text ?? shown}
            onInput={type}
          />
        )}
      </td>
      <td class="pt-1 text-center">
        <input
          type="radio"
          name="off-variant"
          class="size-4 accent-accent"
          aria-label={`${name} is the off variant`}
          checked={document.offVariant === name}
          disabled={lockedBecause !== undefined}
          onChange={() => edit('offVariant', (held) => ({ ...held, offVariant: name }))}
        />
      </td>
      <td>
        <Action
          label={uses.length > 0 ? `Variant ${name} is used: ${uses.join(', ')}` : `Remove variant ${name}`}
          disabled={uses.length > 0}
          onClick={remove}
        >
          ×
        </Action>
      </td>
    </tr>
  );
}
