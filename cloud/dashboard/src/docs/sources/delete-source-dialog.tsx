import type { Source } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { ActDialog } from '../../evals/act-dialog.tsx';
import { useProject } from '../../live/project.tsx';
import { libraryText, placeText } from './source-text.ts';

interface Props {
  source: Source;
  onDeleted: () => void;
  onClose: () => void;
}

/** Nothing more is taken from there; what was taken goes as well only if that is meant. */
export function DeleteSourceDialog({ source, onDeleted, onClose }: Props) {
  const { api } = useProject();
  const [docs, setDocs] = useState(false);
  const name = libraryText(source);
  return (
    <ActDialog
      title={`Delete the source of ${name}`}
      verb={docs ? 'Delete it and the docs' : 'Delete'}
      {...(docs && { typedBack: name })}
      write={() => api.deleteSource({ id: source.id, docs })}
      onWritten={onDeleted}
      onClose={onClose}
    >
      <p class="break-words">
        Nothing more is taken from it: <span class="font-mono text-sm">{placeText(source.library, source.source)}</span>
        . An ingest that is under way from it ends.
      </p>
      <label class="my-3 flex items-start gap-2">
        <input
          type="checkbox"
          class="mt-0.5 size-4 shrink-0 accent-accent"
          checked={docs}
          onChange={(event) => setDocs(event.currentTarget.checked)}
        />
        <span>
          Delete the documentation that was taken from it as well. It is found no more, and citations of it can no
          longer be checked.
        </span>
      </label>
    </ActDialog>
  );
}
