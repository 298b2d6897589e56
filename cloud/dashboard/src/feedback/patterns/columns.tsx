import type { Pattern } from '@whetstone/shared/contract';
import { RateCell, Unknown } from '../../evals/rate-cell.tsx';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { patternPath } from '../paths.ts';
import { Coded } from './coded.tsx';
import { placesOf, spreadText, supportText } from './figures.ts';
import { LiftCell } from './lift-cell.tsx';

export const columnsAt = (nowMs: number): Column<Pattern>[] => [
  {
    name: 'Pattern',
    cell: ({ id, title, isPattern, whyNot }) => (
      <a href={patternPath(id)} class="row-link block py-1 after:absolute after:inset-0" title={title}>
        <span class={`block md:truncate max-md:break-words ${isPattern ? '' : 'text-muted'}`}>
          <Coded text={title} />
        </span>
        {!isPattern && (
          <span class="block text-xs text-warn max-md:break-words md:truncate" title={whyNot ?? undefined}>
            <span aria-hidden="true">? </span>not a pattern: {whyNot}
          </span>
        )}
      </a>
    ),
  },
  {
    name: 'Kind',
    class: 'w-22 max-2xl:hidden',
    isSecondary: true,
    cell: ({ kind }) => kind,
  },
  {
    name: 'Language',
    class: 'w-24 max-lg:hidden',
    isSecondary: true,
    cell: ({ language }) => language ?? <span class="text-muted">any</span>,
  },
  {
    name: 'Corrections',
    class: 'w-30 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: (pattern) => (
      <span title={spreadText(pattern.support)} class="relative">
        {supportText(pattern)}
      </span>
    ),
  },
  {
    name: 'Changed, left',
    class: 'w-28 max-2xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ changed, survived }) => (
      <span class="relative" title="Places of agent code that people changed so, and where they left it">
        {changed.toLocaleString('en')}, {survived.toLocaleString('en')}
      </span>
    ),
  },
  {
    name: 'Changed so',
    class: 'w-66 2xl:w-80 max-lg:hidden',
    isSecondary: true,
    cell: (pattern) =>
      pattern.rate === null || pattern.rateInterval === null ? (
        <Unknown why="How often it was left is not known" />
      ) : (
        <RateCell rate={pattern.rate} interval={pattern.rateInterval} n={placesOf(pattern)} />
      ),
  },
  { name: 'Lift', class: 'w-34 md:w-56 2xl:w-64', cell: (pattern) => <LiftCell of={pattern} /> },
  {
    name: 'Last seen',
    class: 'w-30 max-2xl:hidden',
    isSecondary: true,
    cell: ({ lastAt }) => <Time at={lastAt} nowMs={nowMs} />,
  },
];
