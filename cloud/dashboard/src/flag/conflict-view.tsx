import type { Flag } from '@whetstone/shared/contract';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { documentOf, type FlagDocument } from './model/document.ts';
import { mergeOf, type MergeRow } from './model/merge.ts';

interface Props {
  base: Flag;
  mine: FlagDocument;
  theirs: Flag;
  onRebase: (document: FlagDocument) => void;
  onTakeTheirs: () => void;
  onClose: () => void;
}

const words: Record<MergeRow['by'], string> = {
  mine: 'only you',
  theirs: 'only they',
  both: 'both, the same',
  clash: 'both, differently',
};

/** Two versions that came from one, side by side. */
export function ConflictView({ base, mine, theirs, onRebase, onTakeTheirs, onClose }: Props) {
  const { rows, rebased } = mergeOf(documentOf(base), mine, documentOf(theirs));
  const clashes = rows.filter(({ by }) => by === 'clash').length;
  return (
    <Dialog title={`Your draft of version ${base.version}, and version ${theirs.version}`} onClose={onClose} isWide>
      <div class="max-h-[60vh] overflow-auto" tabindex={0} role="region" aria-label="Both versions">
        <table class="w-full min-w-[36rem] text-sm">
          <thead class="sticky top-0 bg-canvas text-left text-xs text-muted">
            <tr class="border-b border-line">
              <th class="w-40 py-1 pr-3 font-normal">Place</th>
              <th class="w-32 py-1 pr-3 font-normal">Changed by</th>
              <th class="py-1 pr-3 font-normal">Yours</th>
              <th class="py-1 font-normal">Theirs</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ place, by, mine: here, theirs: there }) => (
              <tr key={place} class="border-b border-line align-top">
                <th scope="row" class="py-1 pr-3 text-left font-mono font-normal break-words">
                  {place}
                </th>
                <td class={`py-1 pr-3 ${by === 'clash' ? 'text-warn' : 'text-muted'}`}>
                  {by === 'clash' && <span aria-hidden="true">! </span>}
                  {words[by]}
                </td>
                <Side value={here} isChanged={by !== 'theirs'} />
                <Side value={there} isChanged={by !== 'mine'} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="mt-3 text-sm">
        {clashes === 0
          ? 'Your changes and theirs are about different things: put on top, both hold.'
          : `Where both changed the same thing differently (${clashes}), yours hold once they are put on top.`}{' '}
        Nothing is saved by either.
      </p>
      <div class="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Decide later</Button>
        <Button onClick={onTakeTheirs}>Take theirs, drop my draft</Button>
        <Button kind="primary" onClick={() => onRebase(rebased)}>
          Put mine on top of version {theirs.version}
        </Button>
      </div>
    </Dialog>
  );
}

const Side = ({ value, isChanged }: { value: unknown; isChanged: boolean }) => (
  <td class={`max-w-72 py-1 pr-3 font-mono break-words whitespace-pre-wrap ${isChanged ? '' : 'text-muted'}`}>
    {value === undefined ? (
      <span class="font-sans text-muted">not there</span>
    ) : typeof value === 'string' ? (
      value
    ) : (
      JSON.stringify(value, null, 1)
    )}
  </td>
);
