import { nextSolved } from './beta.ts';
import type { Situation } from './decide.ts';
import type { Estimate } from './estimate.ts';
import type { Plan } from './plan.ts';
import { byCost } from './tie.ts';
import { percent, points, tasksOf, usd } from './words.ts';

/** Why a model was chosen, other than that it is the usual answer. */
export type Chosen = 'usual' | 'explored' | 'trial';

/** The answer in a sentence, with its counts. */
export function reasonFor(situation: Situation, one: Estimate, plan: Plan | undefined, chosen: Chosen): string {
  const parts = [
    evidenceOf(situation, one),
    `next 10: ${nextSolved(one).join('-')}`,
    ...(plan ? [] : [comparison(situation, one, chosen)]),
  ];
  const opening = openingFor(situation, one, chosen);
  const text = parts.filter((part) => part !== '').join('; ');
  return `${opening}${opening === '' ? capital(text) : text}${plan ? `. ${planned(situation, plan)}` : ''}`;
}

function openingFor({ ids, usual, pin, trial }: Situation, one: Estimate, chosen: Chosen): string {
  if (pin) return 'Pinned by the project: ';
  if (chosen === 'trial' && trial) return `Drawn for the trial of ${trial.challenger} against ${trial.incumbent}: `;
  if (chosen === 'explored' && usual !== one) return `Chosen to learn, instead of ${ids[usual.model]}: `;
  return '';
}

function evidenceOf({ kind }: Situation, { level, n, solved, mean }: Estimate): string {
  const counts = `${Math.round(solved)} of ${Math.round(n)}`;
  switch (level) {
    case 'none':
      return `no data yet, ${percent(mean)} is a guess`;
    case 'evals':
      return `no work recorded yet; ${counts} problems of eval runs solved`;
    case 'pool':
      return `no work of this project recorded yet; ${counts} tasks of other projects succeeded`;
    default:
      return `${counts} ${tasksOf(kind, level)} succeeded`;
  }
}

function comparison(situation: Situation, one: Estimate, chosen: Chosen): string {
  const { ids, incumbent, tie, margin, pin } = situation;
  const isTied = tie.tied.includes(one);
  const others = tie.tied.length - 1;
  const within = `within ${points(margin)}`;
  if (incumbent && incumbent !== one && one.cost && incumbent.cost && incumbent.cost.mean > 0) {
    const tied = isTied && tie.tied.includes(incumbent) ? `, tied ${within}` : `, ${apart(one, incumbent)}`;
    return `${dearness(one.cost.mean, incumbent.cost.mean)} than the incumbent ${ids[incumbent.model]}${tied}`;
  }
  if (pin || chosen !== 'usual') return '';
  if (others === 0) return tie.best === one ? `nobody else is ${within} of it` : '';
  return `${one.cost ? 'the cheapest' : 'the first'} of ${others + 1} tied ${within}`;
}

const apart = (one: Estimate, other: Estimate) =>
  Math.abs(one.mean - other.mean) < 0.0005
    ? 'as good'
    : `${points(one.mean - other.mean)} ${one.mean > other.mean ? 'better' : 'worse'}`;

/** "63 % cheaper". */
function dearness(cost: number, than: number): string {
  const share = cost / than - 1;
  if (Math.abs(share) < 0.005) return 'no dearer';
  return share < 0
    ? `${percent(-share)} cheaper`
    : share > 9
      ? `${Math.round(share + 1)} times as dear`
      : `${percent(share)} dearer`;
}

function planned({ ids, pick }: Situation, { steps, success, costUsd }: Plan): string {
  const [first, ...rest] = steps.map(({ model }) => ids[model]!);
  const alone = pick.cost ? `${percent(pick.mean)} at ${usd(pick.cost.mean)}` : percent(pick.mean);
  return `Plan: ${first}, then ${rest.join(', then ')} when the check fails: ${percent(success)} at ${usd(costUsd)} on average, against ${alone} with ${ids[pick.model]} alone`;
}

/** Why another one is not the answer. */
export function whyNot({ ids, tie, margin }: Situation, other: Estimate, one: Estimate): string {
  const name = ids[one.model]!;
  const price =
    other.cost && one.cost && one.cost.mean > 0
      ? dearness(other.cost.mean, one.cost.mean)
      : other.cost
        ? `${usd(other.cost.mean)} an attempt`
        : 'what it costs is not known';
  if (!tie.tied.includes(one)) return `${capital(apart(other, one))}, ${price}`;
  if (tie.tied.includes(other)) return `Tied with ${name} within ${points(margin)}, ${price}`;
  return `${capital(points(tie.best.mean - other.mean))} worse than the best, ${price}`;
}

/** Where nobody is likely to solve it, another model is not the answer. */
export function adviceFor({ ids, eligible, tie: { best } }: Situation): string | null {
  if (eligible.some(({ mean }) => mean >= hopeless)) return null;
  const whose =
    eligible.length === 1 ? `${ids[best.model]} has` : `the best of ${eligible.length} models, ${ids[best.model]}, has`;
  return `Split the task or ask a person: ${whose} a chance of ${percent(best.mean)}.`;
}

/** At which price the answer would be another one: prices decide among those that are tied, and nowhere else. */
export function priceWhatIf({ ids, tie, pick, margin, pin }: Situation, plan: Plan | undefined): string | null {
  if (pin || !pick.cost) return null;
  if (plan) {
    const step = plan.steps.find(({ model }) => model === pick.model);
    // The plan's cost falls with the price of a model that is in it.
    const below = step && step.reach < 1 ? (plan.costUsd - step.reach * step.costUsd) / (1 - step.reach) : plan.costUsd;
    return step && step.reach === 1
      ? null
      : `${ids[pick.model]} alone would be the answer if an attempt cost less than about ${usd(below)} (now ${usd(pick.cost.mean)}).`;
  }
  const next = tie.tied.filter((one) => one !== pick).toSorted(byCost)[0];
  if (!next) return `No price would change the answer: nobody else is within ${points(margin)}.`;
  const now = next.cost ? `now ${usd(next.cost.mean)}` : 'now not known';
  return `${ids[next.model]} would be the answer if an attempt cost less than ${usd(pick.cost.mean)} (${now}).`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const hopeless = 0.15;
