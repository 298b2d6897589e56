import { wholePercent } from '../texts.ts';
import { shortNames, type Rescue, type RescueGrid } from './model.ts';

/** A figure for each pair; its heads stay in sight however many models there are. */
export function RescueMatrix({ grid: { failed, rescuers, at } }: { grid: RescueGrid }) {
  const short = shortNames([...failed, ...rescuers]);
  return (
    <div
      tabindex={0}
      role="region"
      aria-label="Rescues as a matrix"
      class="max-h-[75vh] w-fit max-w-full overflow-auto border border-line"
    >
      <table class="border-separate border-spacing-0 text-sm">
        <caption class="sr-only">How often the model of a column solved what the model of a row failed</caption>
        <thead>
          <tr>
            <th
              scope="col"
              class="sticky top-0 left-0 z-20 border-r border-b border-line bg-canvas p-2 text-left align-bottom text-xs font-medium text-muted"
            >
              failed ↓ then →
            </th>
            {rescuers.map((rescuer) => (
              <th
                key={rescuer}
                scope="col"
                title={rescuer}
                class="sticky top-0 z-10 border-b border-line bg-canvas p-2 text-left align-bottom font-mono text-xs font-medium"
              >
                <span class="mx-auto block max-h-40 rotate-180 truncate [writing-mode:vertical-rl]">
                  {short.get(rescuer)}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {failed.map((model) => (
            <tr key={model}>
              <th
                scope="row"
                title={model}
                class="sticky left-0 z-10 border-r border-b border-line bg-canvas px-2 text-left font-mono text-xs font-medium"
              >
                <span class="block w-26 truncate md:w-44">{short.get(model)}</span>
              </th>
              {rescuers.map((rescuer) => (
                <Cell key={rescuer} failed={model} rescuer={rescuer} of={at(model, rescuer)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  failed: string;
  rescuer: string;
  of: Rescue | undefined;
}

function Cell({ failed, rescuer, of }: CellProps) {
  const place = 'h-11 min-w-16 border-b border-line px-2 text-right tabular-nums';
  if (failed === rescuer)
    return (
      <td class={`${place} bg-surface text-center text-muted`} title="A model does not rescue itself">
        ·
      </td>
    );
  if (of === undefined || of.n === 0)
    return (
      <td class={`${place} text-muted`} title={`${rescuer} was never asked after ${failed} had failed`}>
        -
      </td>
    );
  return (
    <td
      class={place}
      style={{ background: `color-mix(in srgb, var(--accent) ${Math.round(of.rate * 32)}%, var(--canvas))` }}
      title={`${rescuer} solved ${of.solved} of ${of.n} tasks that ${failed} had failed, shrunk towards half of its own rate`}
    >
      {wholePercent(of.rate)}
      <span class="block text-xs">n={of.n.toLocaleString('en')}</span>
    </td>
  );
}
