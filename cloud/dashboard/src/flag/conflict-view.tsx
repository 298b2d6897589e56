import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { jsonText } from './model/json.ts';
import type { MergeRow } from './model/merge.ts';

interface Props {
  /** The version that both drafts came from, and the one that somebody else made of it. */
  base: number;
  theirs: number;
  rows: readonly MergeRow[];
  onRebase: () => void;
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
export function ConflictView({ base, theirs, rows, onRebase, onTakeTheirs, onClose }: Props) {
  const clashes = rows.filter(({ by }) => by === 'clash').length;
  return (
    <Dialog title={`Your draft of version ${base}, and version ${theirs}`} onClose={onClose} isWide>
      <div class="max-h-[60vh] overflow-auto" tabindex={0} role="region" aria-label="Both versions">
        <table class="w-full text-sm max-md:block md:min-w-[36rem]">
          <thead class="sticky top-0 bg-canvas text-left text-xs text-muted max-md:hidden">
            <tr class="border-b border-line">
              <th class="w-40 py-1 pr-3 font-normal">Place</th>
              <th class="w-36 py-1 pr-3 font-normal">Changed by</th>
              <th class="py-1 pr-3 font-normal">Yours</th>
              <th class="py-1 font-normal">Theirs</th>
            </tr>
          </thead>
          <tbody class="max-md:block">
            {rows.map(({ place, by, mine, theirs: there }) => (
              <tr key={place} class="border-b border-line align-top max-md:grid max-md:grid-cols-2">
                <th scope="row" class="py-1.5 pr-3 text-left font-mono font-normal break-words">
                  {place}
                </th>
                <td class={`py-1.5 pr-3 ${by === 'clash' ? 'text-warn' : 'text-muted'}`}>
                  {by === 'clash' && <span aria-hidden="true">! </span>}
                  {words[by]}
                </td>
                <Side whose="Yours" value={mine} isChanged={by !== 'theirs'} />
                <Side whose="Theirs" value={there} isChanged={by !== 'mine'} />
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
        <Button kind="primary" onClick={onRebase}>
          Put mine on top of version {theirs}
        </Button>
      </div>
    </Dialog>
  );
}

interface SideProps {
  whose: string;
  value: unknown;
  isChanged: boolean;
}

const Side = ({ whose, value, isChanged }: SideProps) => (
  <td class={`max-w-72 py-1.5 pr-3 font-mono break-words whitespace-pre-wrap ${isChanged ? '' : 'text-muted'}`}>
    <span class="block font-sans text-xs text-muted md:hidden">{whose}</span>
    {value === undefined ? (
      <span class="font-sans text-muted">not there</span>
    ) : typeof value === 'string' ? (
      value
    ) : (
      jsonText(value)
    )}
  </td>
);
