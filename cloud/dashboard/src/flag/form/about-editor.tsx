import type { FlagDocument } from '../model/document.ts';
import { withMember } from '../model/json.ts';
import { AreaField, TextField } from './fields.tsx';
import { InstantField } from './instant-field.tsx';
import { Section } from './section.tsx';
import { useDraft, useEdit } from './form-context.tsx';
import { ValuesField } from './values-field.tsx';

/** What people should know of a flag; of all this only the salt matters to the evaluator. */
export function AboutEditor() {
  const { document } = useDraft();
  const edit = useEdit();
  const put = <K extends keyof FlagDocument>(name: K, value: FlagDocument[K] | undefined | '') =>
    edit(name, (held) => withMember(held, name, value));
  return (
    <Section title="About">
      <AreaField
        label="Description"
        path="description"
        value={document.description}
        onInput={(text) => put('description', text)}
      />
      <div class="mt-2 flex flex-wrap items-start gap-3">
        <TextField
          label="Owner"
          path="owner"
          class="w-48"
          value={document.owner}
          onInput={(owner) => put('owner', owner)}
        />
        <ValuesField
          label="Tags"
          path="tags"
          values={document.tags ?? []}
          placeholder="type a tag, Enter adds it"
          onChange={(tags) => put('tags', tags.length > 0 ? tags : undefined)}
        />
        <InstantField
          label="Due for removal"
          path="expiresAt"
          class="w-52"
          value={document.expiresAt}
          onInput={(at) => put('expiresAt', at)}
        />
        <TextField
          label="Salt of the hash"
          path="salt"
          class="w-44"
          mono
          placeholder={document.key}
          value={document.salt}
          onInput={(salt) => put('salt', salt)}
        />
      </div>
    </Section>
  );
}
