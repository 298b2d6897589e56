import type { Serve } from '@whetstone/shared/contract';
import { asFixed, asSplit, isSplit, type SplitServe } from '../model/document.ts';
import { replaced, withMember, without } from '../model/json.ts';
import { percent } from '../model/sentences.ts';
import { Check, Complaints, NumberField, TextField, VariantField } from './fields.tsx';
import { Action } from './section.tsx';
import { useComplaints, useDraft, useForm } from './form-context.tsx';

interface Props {
  serve: Serve;
  path: string;
  onChange: (group: string, serve: Serve) => void;
}

/** One variant for all, or a split by the hash of a unit. */
export function ServeEditor({ serve, path, onChange }: Props) {
  const { document } = useDraft();
  const { lockedBecause } = useForm();
  const kinds: [boolean, string, () => Serve][] = [
    [!isSplit(serve), 'one variant', () => asFixed(serve)],
    [isSplit(serve), 'a split', () => asSplit(serve, document)],
  ];
  return (
    <div role="group" aria-label="Serves">
      <div class="flex flex-wrap items-center gap-4 pb-1">
        <span class="text-xs text-muted">serves</span>
        {kinds.map(([checked, label, make]) => (
          <label key={label} class="inline-flex min-h-6 items-center gap-1.5 text-sm">
            <input
              type="radio"
              name={path}
              class="size-4 accent-accent"
              checked={checked}
              disabled={lockedBecause !== undefined}
              onChange={() => onChange(`${path} kind`, make())}
            />
            {label}
          </label>
        ))}
      </div>
      {isSplit(serve) ? (
        <SplitEditor serve={serve} path={path} onChange={onChange} />
      ) : (
        <VariantField
          label="Variant"
          path={`${path}.variant`}
          class="w-48"
          value={serve.variant}
          onChange={(variant) => onChange(`${path}.variant`, { variant })}
        />
      )}
    </div>
  );
}

function SplitEditor({ serve, path, onChange }: Props & { serve: SplitServe }) {
  const { document } = useDraft();
  const { split, coverage, otherwise, by, sticky, hash } = serve;
  const total = split.reduce((sum, { weight }) => sum + Number(weight), 0);
  const set = <K extends keyof SplitServe>(name: K, value: SplitServe[K] | undefined | '') =>
    onChange(`${path}.${name}`, withMember(serve, name, value));
  const setShare = (what: string, i: number, share: SplitServe['split'][number]) =>
    onChange(`${path}.split.${i}.${what}`, { ...serve, split: replaced(split, i, share) });
  return (
    <>
      <table class="text-sm">
        <thead class="text-left text-xs text-muted">
          <tr>
            <th class="pr-2 font-normal">Variant</th>
            <th class="pr-2 text-right font-normal">Weight</th>
            <th class="pr-2 text-right font-normal">Share</th>
            <th class="sr-only">Actions</th>
          </tr>
        </thead>
        <tbody>
          {split.map((share, i) => (
            <tr key={i} class="align-top">
              <td class="w-48 pr-2 pb-1">
                <VariantField
                  bare
                  label={`Variant of share ${i + 1}`}
                  path={`${path}.split.${i}.variant`}
                  value={share.variant}
                  onChange={(variant) => setShare('variant', i, { ...share, variant })}
                />
              </td>
              <td class="pr-2">
                <NumberField
                  bare
                  label={`Weight of share ${i + 1}`}
                  path={`${path}.split.${i}.weight`}
                  value={share.weight}
                  onInput={(weight) => setShare('weight', i, { ...share, weight: weight ?? 0 })}
                />
              </td>
              <td class="pt-1 pr-2 text-right whitespace-nowrap tabular-nums">
                {percent((Number(share.weight) / total) * 100)}
              </td>
              <td>
                <Action
                  label={`Remove share ${i + 1}`}
                  disabled={split.length === 1}
                  onClick={() => onChange(`${path}.split`, { ...serve, split: without(split, i) })}
                >
                  ×
                </Action>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Complaints of={useComplaints(`${path}.split`)} />
      <Action
        label="Add a share"
        onClick={() =>
          onChange(`${path}.split +`, { ...serve, split: [...split, { variant: document.offVariant, weight: 0 }] })
        }
      />
      <div class="mt-1 flex flex-wrap items-start gap-3">
        <NumberField
          label="Coverage"
          path={`${path}.coverage`}
          unit="%"
          optional
          placeholder="100"
          value={coverage}
          onInput={(next) => set('coverage', next)}
        />
        <VariantField
          label="Everyone else"
          path={`${path}.otherwise`}
          class="w-40"
          optional={`off variant (${document.offVariant})`}
          value={otherwise ?? ''}
          onChange={(variant) => set('otherwise', variant)}
        />
        <TextField
          label="By"
          path={`${path}.by`}
          class="w-32"
          mono
          list="attribute-names"
          placeholder="userId"
          value={by}
          onInput={(next) => set('by', next)}
        />
        <TextField
          label="Sticky per"
          path={`${path}.sticky`}
          class="w-32"
          mono
          list="attribute-names"
          placeholder="not sticky"
          value={sticky}
          onInput={(next) => set('sticky', next)}
        />
        <div class="pt-5">
          <Check
            label="bucket as flagd does"
            checked={hash === 'flagd'}
            onChange={(checked) => set('hash', checked ? 'flagd' : undefined)}
          />
        </div>
      </div>
    </>
  );
}
