import { wilsonInterval } from '@whetstone/shared/stats';
import { rateText } from '../../ui/figures.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { modelPath, wholePercent } from '../texts.ts';
import type { Rescue } from './model.ts';

/** The same figures line by line, with what was counted and its interval. */
export const RescueTable = ({ rescues }: { rescues: readonly Rescue[] }) => (
  <Table
    caption="Rescues"
    rows={rescues}
    columns={columns}
    keyOf={({ failed, rescuer }) => JSON.stringify([failed, rescuer])}
    headOf={({ failed }, before) => (failed === before?.failed ? undefined : `After ${failed} had failed`)}
  />
);

const columns: Column<Rescue>[] = [
  {
    name: 'Rescuer',
    cell: ({ rescuer }) => (
      <a
        href={modelPath(rescuer)}
        class="row-link block truncate font-mono max-md:break-all max-md:whitespace-normal"
        title={rescuer}
      >
        {rescuer}
      </a>
    ),
  },
  {
    name: 'Shrunk rate',
    class: 'w-28',
    isNumber: true,
    cell: ({ rate, n }) => `${wholePercent(rate)} n=${n.toLocaleString('en')}`,
  },
  {
    name: 'Counted, with its 90 % interval',
    class: 'w-64',
    isNumber: true,
    isSecondary: true,
    cell: ({ solved, n }) => (n === 0 ? '-' : rateText(solved / n, wilsonInterval(solved, n, 0.1), n)),
  },
];
