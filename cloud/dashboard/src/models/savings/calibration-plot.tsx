import type { PortfolioReport } from '@whetstone/shared/contract';
import { wilsonInterval } from '@whetstone/shared/stats';

const edge = { left: 52, top: 8, bottom: 40, right: 16 };
const side = 260;
const ticks = [0, 0.25, 0.5, 0.75, 1];

/** Solved against expected, each bin with its 90 % interval; on the diagonal what was expected came to pass. */
export const CalibrationPlot = ({ bins }: Pick<PortfolioReport['calibration'], 'bins'>) => (
  <figure class="w-fit max-w-full">
    <svg
      role="img"
      aria-label="Share solved against share expected; the table has the same"
      viewBox={`0 0 ${edge.left + side + edge.right} ${edge.top + side + edge.bottom}`}
      class="w-80 max-w-full text-xs"
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={x(tick)} x2={x(tick)} y1={y(0)} y2={y(1)} stroke="var(--line)" />
          <line x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
          <text x={x(tick)} y={y(0) + 16} text-anchor="middle" fill="var(--text-muted)">
            {tick * 100}
          </text>
          <text x={x(0) - 6} y={y(tick) + 4} text-anchor="end" fill="var(--text-muted)">
            {tick * 100}
          </text>
        </g>
      ))}
      <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} stroke="var(--text-muted)" stroke-dasharray="4 4" />
      {bins.map(({ from, n, expected, solved }) => {
        const [low, high] = wilsonInterval(Math.round(solved * n), n, 0.1);
        return (
          <g key={from} stroke="var(--accent)">
            <line x1={x(expected)} x2={x(expected)} y1={y(low)} y2={y(high)} />
            <circle cx={x(expected)} cy={y(solved)} r={4} fill="var(--accent)" />
          </g>
        );
      })}
      <text x={x(0.5)} y={y(0) + 34} text-anchor="middle" fill="var(--text-muted)">
        expected, %
      </text>
      <text transform={`translate(12 ${y(0.5)}) rotate(-90)`} text-anchor="middle" fill="var(--text-muted)">
        solved, %
      </text>
    </svg>
    <figcaption class="mt-1 flex flex-wrap gap-x-4 text-xs text-muted">
      <span>● a tenth of the scale, with its 90 % interval</span>
      <span>┄ as expected</span>
    </figcaption>
  </figure>
);

const x = (share: number) => edge.left + share * side;
const y = (share: number) => edge.top + (1 - share) * side;
