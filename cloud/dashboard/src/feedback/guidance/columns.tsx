import type { Guidance } from '@whetstone/shared/contract';
import { pText } from '../../evals/figures.ts';
import { Unknown } from '../../evals/rate-cell.tsx';
import { Word } from '../../evals/word.tsx';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { guidancePath } from '../paths.ts';
import { guidanceLooks } from '../words.ts';
import { costText, differenceText, pathTexts } from './gate.ts';

export const columnsAt = (nowMs: number): Column<Guidance>[] => [
  {
    name: 'Version',
    cell: ({ version, title }) => (
      <a
        href={guidancePath(version)}
        class="row-link block max-md:break-words md:truncate after:absolute after:inset-0"
        title={title ?? version}
      >
        <span class="mr-2 font-mono">{version}</span>
        {title !== null && <span class="text-muted">{title}</span>}
      </a>
    ),
  },
  { name: 'Status', class: 'w-34', cell: ({ status }) => <Word look={guidanceLooks[status]} /> },
  { name: 'Rules', class: 'w-16', isNumber: true, isSecondary: true, cell: ({ rules }) => rules.length },
  {
    name: 'Tokens',
    class: 'w-20',
    isNumber: true,
    isSecondary: true,
    cell: ({ tokens }) => tokens.toLocaleString('en'),
  },
  {
    name: 'With it, against without',
    class: 'w-76 max-lg:hidden md:pl-6',
    isSecondary: true,
    cell: ({ gate }) =>
      (gate && differenceText(gate)) ?? <Unknown why={gate ? gate.reason : 'No gate has measured it'} />,
  },
  {
    name: 'Cost',
    class: 'w-36 max-xl:hidden',
    isSecondary: true,
    cell: ({ gate }) => (gate && costText(gate)) ?? <Unknown why={gate ? gate.reason : 'No gate has measured it'} />,
  },
  {
    name: 'p, by Holm',
    class: 'w-26 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ gate }) =>
      gate?.pAdjusted == null ? (
        <Unknown why={gate ? gate.reason : 'No gate has measured it'} />
      ) : (
        <span title={gate.path === null ? undefined : `Accepted ${pathTexts[gate.path]}`}>{pText(gate.pAdjusted)}</span>
      ),
  },
  {
    name: 'Flag',
    class: 'w-34 max-2xl:hidden',
    isSecondary: true,
    cell: ({ flag }) =>
      flag === null ? (
        <Unknown why="Nobody gets it" />
      ) : (
        <a
          href={`/flags/${encodeURIComponent(flag.key)}`}
          class="relative z-1 block truncate font-mono text-accent underline"
        >
          {flag.key}: {flag.variant}
        </a>
      ),
  },
  {
    name: 'Written',
    class: 'w-30',
    isSecondary: true,
    cell: ({ createdAt }) => <Time at={createdAt} nowMs={nowMs} />,
  },
];
