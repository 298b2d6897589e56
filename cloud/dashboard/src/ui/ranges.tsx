import { Button } from './button.tsx';

interface Props<Range extends string> {
  ranges: readonly Range[];
  chosen: Range;
  onChoose: (range: Range) => void;
}

/** How far back one looks. */
export const Ranges = <Range extends string>({ ranges, chosen, onChoose }: Props<Range>) => (
  <div class="flex gap-1" role="group" aria-label="How far back">
    {ranges.map((each) => (
      <Button
        key={each}
        kind={each === chosen ? 'plain' : 'quiet'}
        aria-pressed={each === chosen}
        onClick={() => onChoose(each)}
      >
        {each}
      </Button>
    ))}
  </div>
);
