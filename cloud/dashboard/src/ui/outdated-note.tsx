import { Button } from './button.tsx';

interface Props {
  base: number;
  theirs: number;
  onCompare: () => void;
}

/** While one edits, somebody else has saved. */
export const OutdatedNote = ({ base, theirs, onCompare }: Props) => (
  <div role="alert" class="mb-4 flex flex-wrap items-center gap-3 rounded border border-warn bg-warn-surface px-4 py-2">
    <p class="text-warn">
      <span aria-hidden="true">! </span>
      Version {theirs} by somebody else came while you were editing version {base}. Your draft is as it was.
    </p>
    <Button onClick={onCompare}>Compare</Button>
  </div>
);
