import { mayActAs, type DocSource, type Ingest } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { SuggestedField } from '../../evals/form/suggested-field.tsx';
import { SelectField, TextField } from '../../flag/form/fields.tsx';
import { useProject } from '../../live/project.tsx';
import { FormDialog } from '../form-dialog.tsx';
import { sourceKinds, sourceOfKind, sourcePaths } from '../sources/model.ts';
import { SourceFields } from '../sources/source-fields.tsx';

/** What is asked for already; without a source, the usual one is taken. */
export interface FetchDraft {
  library: string;
  version: string;
  source: DocSource | undefined;
}

interface Props {
  first: FetchDraft;
  onStarted: (ingest: Ingest) => void;
  onClose: () => void;
}

const shownPaths = ['library', 'version', 'source', ...sourcePaths];

/** Documentation of a version, fetched now; the usual source is enough for what the catalogue knows. */
export function FetchDialog({ first, onStarted, onClose }: Props) {
  const { api, me } = useProject();
  const [draft, setDraft] = useState(first);
  const { query } = useQuery((signal) => api.listLibraries({}, { signal }), [api]);
  const libraries = query.state === 'ready' ? query.data.items : [];
  const { library, version, source } = draft;
  const mayName = mayActAs(me.key.role, 'editor');
  return (
    <FormDialog
      title="Fetch documentation"
      verb="Fetch"
      failed="Nothing was fetched"
      shownPaths={shownPaths}
      send={() => api.startIngest({ library: library.trim(), version: version.trim(), ...(source && { source }) })}
      onSent={onStarted}
      onClose={onClose}
    >
      <div class="grid gap-3 sm:grid-cols-2">
        <SuggestedField
          label="Library"
          path="library"
          mono
          autoFocus
          value={library}
          suggestions={libraries.map((each) => each.library)}
          hint={libraries.find((each) => each.library === library.trim())?.title}
          onInput={(name) => setDraft({ ...draft, library: name })}
        />
        <TextField
          label="Version"
          path="version"
          mono
          value={version}
          hint="As it was published, such as 19.2.0, or latest"
          onInput={(name) => setDraft({ ...draft, version: name })}
        />
      </div>
      <SelectField
        label="It comes from"
        path="source"
        value={source?.kind ?? usual}
        options={mayName ? [usually, ...sourceKinds] : [usually]}
        {...(!mayName && { hint: `Your key is a ${me.key.role} key; naming a source needs the role editor` })}
        onChange={(kind) =>
          setDraft({ ...draft, source: kind === usual ? undefined : sourceOfKind(kind, source ?? { kind: 'npm' }) })
        }
      />
      {source && <SourceFields source={source} onChange={(next) => setDraft({ ...draft, source: next })} />}
    </FormDialog>
  );
}

const usual = 'usual';
const usually = [usual, 'where it usually does: a source of this project, else the catalogue'] as const;
