import { seededRandom } from '@whetstone/shared/stats';
import { decide, figuresOf, type Figures, type TaskPair } from '../../src/features/guidance/gate/decide.ts';
import { planGate } from '../../src/features/guidance/gate/plan.ts';

/** A world in which the truth about a candidate is known. */
export interface World {
  /** Chance to pass without it, over tasks. */
  base: number;
  /** Share of tasks that come out differently though nothing changed. */
  noise: number;
  /** Points that it truly adds. */
  effect: number;
  /** spread: every task a little; wholly: few tasks, all the way. */
  how: 'spread' | 'wholly';
  /** With / without, truly. */
  cost: number;
}

type Random = () => number;

/** Two runs of one candidate, task by task. Chances are Beta over tasks, costs log-normal over tasks and answers. */
function simulatedPairs(world: World, { tasks, samples }: { tasks: number; samples: number }, random: Random) {
  return Array.from({ length: tasks }, (_, problem): TaskPair => {
    const before = chanceOf(world, random);
    const after = changed(before, world, random);
    const dear = Math.exp(0.8 * normal(random));
    const arm = (chance: number, factor: number) => {
      let passed = 0;
      let costUsd = 0;
      for (let sample = 0; sample < samples; sample++) {
        if (random() < chance) passed++;
        costUsd += 0.01 * dear * factor * Math.exp(0.3 * normal(random));
      }
      return { passed, graded: samples, costUsd };
    };
    return { problem, without: arm(before, 1), with: arm(after, world.cost) };
  });
}

/** Of tasks that come out differently, in this world: what the plan would have learned. */
function discordanceIn(world: World, random: Random): number {
  let sum = 0;
  for (let i = 0; i < 20_000; i++) {
    const before = chanceOf(world, random);
    const after = changed(before, world, random);
    sum += before * (1 - after) + after * (1 - before);
  }
  return sum / 20_000;
}

export interface GateWish {
  gates: number;
  seed: number;
  tasks: number;
  samples: number;
  /** Tried at once against the same, all of them of this world. */
  candidates?: number;
}

export interface Shares {
  accepted: number;
  gain: number;
  cheaper: number;
  refused: number;
  inconclusive: number;
}

/** How many gates of so many end how; with several candidates a gate is accepted where any of them is. */
export function simulatedGates(world: World, { gates, seed, tasks, samples, candidates = 1 }: GateWish): Shares {
  const random = seededRandom(seed);
  const counts = { accepted: 0, gain: 0, cheaper: 0, refused: 0, inconclusive: 0 };
  for (let gate = 0; gate < gates; gate++) {
    const all = Array.from({ length: candidates }, () => figuresOf(simulatedPairs(world, { tasks, samples }, random)));
    const ends = all.map((figures) => decide(figures, { tasksNeeded: tasks, effectPoints: 10 }, others(all, figures)));
    const end = ends.find(({ decision }) => decision === 'accepted') ?? ends[0]!;
    counts[end.decision]++;
    if (end.path) counts[end.path]++;
  }
  const share = (count: number) => count / gates;
  return {
    accepted: share(counts.accepted),
    gain: share(counts.gain),
    cheaper: share(counts.cheaper),
    refused: share(counts.refused),
    inconclusive: share(counts.inconclusive),
  };
}

/** The plan that somebody makes who knows how often tasks come out differently. */
export function plannedFor(world: World, { seed, tasks, samples }: { seed: number; tasks: number; samples?: number }) {
  const discordance = discordanceIn(world, seededRandom(seed));
  return planGate({ effectPoints: world.effect, discordance, tasks, candidates: 1, samplesPerProblem: samples });
}

function others(all: readonly Figures[], own: Figures) {
  const rest = all.filter((figures) => figures !== own);
  return { pGain: rest.map(({ pGain }) => pGain), pCheaper: rest.map(({ pCheaper }) => pCheaper) };
}

/** Beta(b s, (1 - b) s), of which the share that comes out differently is 2 b (1 - b) s / (s + 1). */
function chanceOf({ base, noise }: World, random: Random): number {
  const most = 2 * base * (1 - base);
  if (noise <= 0) return random() < base ? 1 : 0;
  if (noise >= most) return base;
  const size = noise / (most - noise);
  const a = gamma(base * size, random);
  const b = gamma((1 - base) * size, random);
  return a + b === 0 ? (random() < base ? 1 : 0) : a / (a + b);
}

function changed(chance: number, { base, effect, how }: World, random: Random): number {
  const share = effect >= 0 ? effect / 100 / (1 - base) : -effect / 100 / base;
  const goal = effect >= 0 ? 1 : 0;
  if (how === 'wholly') return random() < share ? goal : chance;
  return chance + (goal - chance) * share;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Marsaglia and Tsang, ACM Transactions on Mathematical Software 2000; below 1 by its last paragraph. */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
