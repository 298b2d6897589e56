import type { DocSource } from '@whetstone/shared/contract';
import { NumberField, TextField } from '../../flag/form/fields.tsx';
import { withMember } from '../../flag/model/json.ts';

interface Props {
  source: DocSource;
  onChange: (source: DocSource) => void;
}

/** What has to be known of a source of its kind. */
export function SourceFields({ source, onChange }: Props) {
  switch (source.kind) {
    case 'npm':
      return (
        <TextField
          label="Package"
          path="source.package"
          mono
          value={source.package}
          placeholder="default: the name of the library"
          hint="README, folders of documentation and types, as the registry has them"
          onInput={(name) => onChange(withMember(source, 'package', name))}
        />
      );
    case 'directory':
      return (
        <TextField
          label="Folder"
          path="source.path"
          mono
          value={source.path}
          hint="On the server, below one of its WHETSTONE_DOC_DIRS"
          onInput={(path) => onChange({ ...source, path })}
        />
      );
    case 'github':
      return (
        <div class="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Repository"
            path="source.repo"
            mono
            value={source.repo}
            placeholder="owner/name"
            onInput={(repo) => onChange({ ...source, repo })}
          />
          <TextField
            label="Tag, branch or commit"
            path="source.ref"
            mono
            value={source.ref}
            hint="{version} stands for the version"
            onInput={(ref) => onChange({ ...source, ref })}
          />
          <TextField
            label="Only below the folder"
            path="source.folder"
            mono
            value={source.folder}
            placeholder="default: all of it"
            onInput={(folder) => onChange({ ...source, folder })}
          />
        </div>
      );
    case 'llms-txt':
      return (
        <TextField
          label="Address"
          path="source.url"
          mono
          value={source.url}
          placeholder="https://"
          hint="Of llms.txt or llms-full.txt"
          onInput={(url) => onChange({ ...source, url })}
        />
      );
    case 'web':
      return (
        <div class="grid gap-3 sm:grid-cols-[minmax(0,1fr)_auto]">
          <TextField
            label="Address"
            path="source.url"
            mono
            value={source.url}
            placeholder="https://"
            hint="Only pages below it are taken; robots.txt is obeyed"
            onInput={(url) => onChange({ ...source, url })}
          />
          <NumberField
            label="Pages at most"
            path="source.maxPages"
            value={source.maxPages}
            onInput={(maxPages = 500) => onChange({ ...source, maxPages })}
          />
        </div>
      );
  }
}
