import { operators, type Condition } from '@whetstone/shared/contract';
import { isFirstClass } from '@whetstone/shared/flags';
import { withMember } from '../model/json.ts';
import { operatorWords } from '../model/sentences.ts';
import { Check, SelectField, TextField } from './fields.tsx';
import { Action } from './section.tsx';
import { useForm } from './form-context.tsx';
import { ValuesField } from './values-field.tsx';

const operatorOptions = operators.map((op): [string, string] => [op, operatorWords[op][0]]);

interface Props {
  condition: Condition;
  path: string;
  label: string;
  onChange: (group: string, condition: Condition) => void;
  onRemove: () => void;
}

export function ConditionEditor({ condition, path, label, onChange, onRemove }: Props) {
  const { attributes, segments } = useForm();
  const { attribute, op, values, negate } = condition;
  const set = <K extends keyof Condition>(name: K, value: Condition[K] | undefined) =>
    onChange(`${path}.${name}`, withMember(condition, name, value));
  return (
    <div role="group" aria-label={label} class="flex flex-wrap items-start gap-2 py-1">
      <TextField
        label="Attribute"
        path={`${path}.attribute`}
        class="w-36 max-sm:w-full"
        mono
        value={attribute}
        list="attribute-names"
        onInput={(text) => onChange(`${path}.attribute`, { ...condition, attribute: text })}
      />
      <SelectField
        label="Operator"
        path={`${path}.op`}
        class="w-44 max-sm:w-full"
        value={op}
        options={operatorOptions}
        onChange={(next) => {
          const chosen = operators.find((name) => name === next);
          if (chosen) onChange(`${path}.op`, { ...condition, op: chosen, values: chosen === 'exists' ? [] : values });
        }}
      />
      <div class="sm:pt-6">
        <Check label="negated" checked={negate === true} onChange={(checked) => set('negate', checked || undefined)} />
      </div>
      {op !== 'exists' && (
        <ValuesField
          label={op === 'segment' ? 'Segments' : 'Values, any of'}
          path={`${path}.values`}
          values={values}
          {...(op === 'segment' && { suggestions: segments, placeholder: 'key of a segment' })}
          onChange={(next) => onChange(`${path}.values ${next.length}`, { ...condition, values: next })}
        />
      )}
      <Action label={`Remove ${label.toLowerCase()}`} onClick={onRemove} class="sm:mt-5">
        ×
      </Action>
      {!isFirstClass(attribute) && !attributes.includes(attribute) && attribute !== '' && (
        <p class="w-full text-xs text-muted">
          No rule uses <code class="font-mono">{attribute}</code> yet: contexts must carry it as an attribute of their
          own, else this never holds.
        </p>
      )}
    </div>
  );
}
