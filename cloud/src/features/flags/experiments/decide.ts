import type { Decision, SampleRatio } from '@whetstone/shared/contract';
import type { ArmMoments, Better, Figures } from './compare.ts';
import { mismatchBelow } from './sample-ratio.ts';

/** Normal approximations say little about fewer. */
const fewestUnits = 20;

/** A lift within so much of the control's mean, either way, makes no difference to anybody. */
const nothingWithin = 0.05;

interface Question {
  metric: string;
  better: Better;
  ratio: SampleRatio;
}

/** The verdict on one comparison: by the sequential test, unless the split itself is broken. */
export function decide(control: ArmMoments, arm: ArmMoments, figures: Figures, question: Question): Decision {
  const { metric, better, ratio } = question;
  const names = `"${arm.variant}" and "${control.variant}"`;
  if (ratio.p !== undefined && ratio.p < mismatchBelow) return { state: 'srm_broken', text: ratio.text };
  const counts = [control, arm].map((each) => `${each.unitsWithOutcome} for "${each.variant}"`).join(' and ');
  if (control.outcomes + arm.outcomes === 0) {
    return { state: 'too_early', text: `No outcomes yet that have the metric ${metric}.` };
  }
  if (Math.min(control.unitsWithOutcome, arm.unitsWithOutcome) < fewestUnits) {
    const text = `Not enough data: units with an outcome are ${counts}; each needs at least ${fewestUnits}.`;
    return { state: 'too_early', text };
  }
  const { sequential } = figures;
  if (!sequential) {
    return { state: 'too_early', text: `Not enough data: ${metric} is the same for every unit of ${names}.` };
  }
  const [low, high] = sequential.interval;
  const share = metric === 'success' || metric === 'corrected';
  const [lift, least, most] = [sequential.lift, low, high].map((value) => signed(share ? value * 100 : value));
  const range = `${lift}${share ? ' points' : ''} (${least} to ${most} at every look)`;
  if (low > 0 || high < 0) {
    const isBetter = low > 0 === (better === 'higher');
    const text = `"${arm.variant}" is ${isBetter ? 'better' : 'worse'} than "${control.variant}": ${metric} ${range}.`;
    return { state: isBetter ? 'better' : 'worse', text };
  }
  const margin = nothingWithin * Math.abs(control.mean ?? 0);
  if (low > -margin && high < margin) {
    const text = `No difference that matters between ${names}: ${metric} ${range}, within 5 % of the control.`;
    return { state: 'no_difference', text };
  }
  const text = `Too early to tell ${names} apart: ${metric} ${range}; units with an outcome are ${counts}.`;
  return { state: 'too_early', text };
}

const signed = (value: number) => {
  const figure = Number(value.toPrecision(3));
  return `${figure > 0 ? '+' : ''}${figure}`;
};

/** The verdict on all comparisons: what any of them warns of or has found, in this order. */
export function decideTogether(decisions: readonly Decision[]): Decision {
  const first = (state: Decision['state']) => decisions.find((decision) => decision.state === state);
  const unanimous = decisions.every(({ state }) => state === decisions[0]?.state) ? decisions[0] : undefined;
  const found = first('srm_broken') ?? first('better') ?? unanimous ?? first('too_early') ?? decisions[0];
  if (!found) {
    return { state: 'too_early', text: 'Nothing to compare: units of two variants of a split are needed.' };
  }
  const same = decisions.filter(({ state }) => state === found.state);
  return { state: found.state, text: [...new Set(same.map(({ text }) => text))].join(' ') };
}
