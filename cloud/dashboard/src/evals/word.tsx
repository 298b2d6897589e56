import type { Look } from './look.ts';

export const Word = ({ look: { sign, word, class: colour } }: { look: Look }) => (
  <span class={`whitespace-nowrap ${colour}`}>
    <span aria-hidden="true" class="mr-1 inline-block w-4 text-center">
      {sign}
    </span>
    {word}
  </span>
);
