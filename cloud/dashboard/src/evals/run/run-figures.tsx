import type { EvalRun } from '@whetstone/shared/contract';
import type { ComponentChildren } from 'preact';
import { flagPath } from '../../flags/flag-path.ts';
import { durationText, usdText } from '../../ui/figures.ts';
import { Time } from '../../ui/time.tsx';
import { RateCell, Unknown } from '../rate-cell.tsx';

/** What a run came to, and what it was made of. */
export function RunFigures({ run, nowMs }: { run: EvalRun; nowMs: number }) {
  const { counts, passRate, interval, bracket } = run;
  const graded = counts.passed + counts.failed + counts.timeout;
  const isMissing = run.sampleCount > graded && graded > 0;
  return (
    <dl class="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-1 md:grid-cols-[9rem_1fr_9rem_1fr]">
      <Figure name="Pass rate">
        {passRate === null || interval === null ? (
          <Unknown why="No sample has a verdict yet" />
        ) : (
          <RateCell rate={passRate} interval={interval} n={graded} />
        )}
      </Figure>
      {isMissing && (
        <Figure name="With the missing">
          <span title="If all that is missing had failed, and if it had passed" class="tabular-nums">
            {(bracket[0] * 100).toFixed(1)} to {(bracket[1] * 100).toFixed(1)} %
          </span>
        </Figure>
      )}
      {Object.entries(run.passAtK)
        .filter(([k]) => k !== '1')
        .map(([k, value]) => (
          <Figure key={k} name={`pass@${k}`}>
            <span class="tabular-nums">{(value * 100).toFixed(1)} %</span>
          </Figure>
        ))}
      {run.passHatK !== null && run.samplesPerProblem > 1 && (
        <Figure name={`pass^${run.samplesPerProblem}`}>
          <span class="tabular-nums" title="Chance that all samples of a problem pass">
            {(run.passHatK * 100).toFixed(1)} %
          </span>
        </Figure>
      )}
      <Figure name="Cost">
        {run.costUsd === null ? (
          <Unknown why="The price of an answer is not known" />
        ) : (
          <span class="tabular-nums">
            {usdText(run.costUsd)}
            {run.costPerSolvedUsd !== null && `, ${usdText(run.costPerSolvedUsd)} per solved`}
          </span>
        )}
        {run.budgetUsd !== null && <span class="text-muted"> of a budget of {usdText(run.budgetUsd)}</span>}
      </Figure>
      <Figure name="Time per problem">
        {run.medianTimeMs === null ? (
          <Unknown why="No sample has a verdict yet" />
        ) : (
          <span class="tabular-nums">
            {durationText(run.medianTimeMs)} median, {durationText(run.p95TimeMs ?? run.medianTimeMs)} p95
          </span>
        )}
      </Figure>
      <Figure name="Build">
        <code class="font-mono">{run.build.commit?.slice(0, 12) ?? run.build.id.slice(0, 12)}</code>
        {run.build.promptVersion !== undefined && ` prompt ${run.build.promptVersion}`}
        {run.build.guidanceVersion !== undefined && ` guidance ${run.build.guidanceVersion}`}
      </Figure>
      {run.flag && (
        <Figure name="Carried by">
          <a href={flagPath(run.flag.key)} class="font-mono underline">
            {run.flag.key}
          </a>{' '}
          {run.flag.variant}
        </Figure>
      )}
      <Figure name="Graded in">{run.executor ?? <Unknown why="Nothing was graded yet" />}</Figure>
      <Figure name="Manifest">
        {run.manifestHash === null ? (
          <Unknown why="It has not begun" />
        ) : (
          <code class="font-mono" title={`Equal for repeats of one another: ${run.manifestHash}`}>
            {run.manifestHash.slice(0, 12)}
          </code>
        )}
      </Figure>
      <Figure name="Started">
        <Time at={run.createdAt} nowMs={nowMs} /> by {run.startedBy}
        {run.purpose !== 'run' && <span class="text-muted"> ({run.purpose})</span>}
      </Figure>
      {run.tags.length > 0 && <Figure name="Tags">{run.tags.join(', ')}</Figure>}
    </dl>
  );
}

const Figure = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <>
    <dt class="text-muted">{name}</dt>
    <dd class="min-w-0 break-words">{children}</dd>
  </>
);
