import type { Source } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { SelectField, TextField } from '../../flag/form/fields.tsx';
import { useProject } from '../../live/project.tsx';
import { FormDialog } from '../form-dialog.tsx';
import { newSource, requestOf, sourceKinds, sourceOfKind, sourcePaths } from './model.ts';
import { SourceFields } from './source-fields.tsx';

interface Props {
  onCreated: (source: Source) => void;
  onClose: () => void;
}

const shownPaths = ['library', 'version', 'refresh', 'source.kind', ...sourcePaths];

/** A place that documentation is taken from, at once and again every week. */
export function NewSourceDialog({ onCreated, onClose }: Props) {
  const { api } = useProject();
  const [draft, setDraft] = useState(newSource);
  const { library, version, refresh, source } = draft;
  return (
    <FormDialog
      title="Add a source"
      verb="Add"
      failed="The source was not added"
      shownPaths={shownPaths}
      send={() => api.createSource(requestOf(draft))}
      onSent={onCreated}
      onClose={onClose}
    >
      <div class="grid gap-3 sm:grid-cols-2">
        <TextField
          label="Library"
          path="library"
          mono
          autoFocus
          value={library}
          placeholder="our-docs"
          onInput={(name) => setDraft({ ...draft, library: name })}
        />
        <TextField
          label="Version"
          path="version"
          mono
          value={version}
          placeholder="default: what the source says"
          onInput={(name) => setDraft({ ...draft, version: name })}
        />
        <SelectField
          label="It comes from"
          path="source.kind"
          value={source.kind}
          options={sourceKinds}
          onChange={(kind) => setDraft({ ...draft, source: sourceOfKind(kind, source) })}
        />
        <SelectField
          label="Looked at again"
          path="refresh"
          value={refresh}
          options={refreshOptions}
          onChange={(often) => setDraft({ ...draft, refresh: often === 'never' ? 'never' : 'weekly' })}
        />
      </div>
      <SourceFields source={source} onChange={(next) => setDraft({ ...draft, source: next })} />
    </FormDialog>
  );
}

const refreshOptions = [
  ['weekly', 'every week'],
  ['never', 'never'],
] as const;
