import { AboutEditor } from './about-editor.tsx';
import { Check, TextField } from './fields.tsx';
import { Section } from './section.tsx';
import { useDraft, useEdit, useForm } from './form-context.tsx';
import { TargetingEditor } from './targeting-editor.tsx';
import { TimeEditor } from './time-editor.tsx';
import { VariantsEditor } from './variants-editor.tsx';

/** Every part of the document, in the order in which a decision is made. */
export function FlagForm({ nowMs, isNew }: { nowMs: number; isNew: boolean }) {
  const { document } = useDraft();
  const { flags, attributes } = useForm();
  const edit = useEdit();
  return (
    <>
      {isNew && (
        <Section title="Key" note="How code asks for it; it cannot be changed later.">
          <TextField
            bare
            label="Key"
            path="key"
            class="w-80 max-sm:w-full"
            mono
            placeholder="new-fixer-prompt"
            value={document.key}
            onInput={(key) => edit('key', (held) => ({ ...held, key }))}
          />
        </Section>
      )}
      <Section
        title="State"
        note={document.enabled ? undefined : `Everyone gets the off variant, ${document.offVariant}.`}
      >
        <Check
          label="enabled"
          checked={document.enabled}
          onChange={(enabled) => edit('enabled', (held) => ({ ...held, enabled }))}
        />
      </Section>
      <Section title="Variants">
        <VariantsEditor />
      </Section>
      <TargetingEditor />
      <TimeEditor nowMs={nowMs} />
      <AboutEditor />
      <datalist id="attribute-names">
        {attributes.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <datalist id="flag-keys">
        {[...flags.keys()].map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
    </>
  );
}
