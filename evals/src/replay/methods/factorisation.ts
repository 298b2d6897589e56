import { seededRandom } from '@whetstone/shared/stats';
import type { ReplayTask, TaskFacts } from '../outcomes.ts';
import { singlesOf } from '../singles.ts';
import { adam } from './adam.ts';
import type { Fit } from './predictor.ts';

/** Of the factors that models and features meet in. */
const rank = 2;
/** Of Gaussian priors: features shift the odds by a third or so, models differ as much as their counts say. */
const penalty = 10;
const penaltyOfModel = 0.05;
const rounds = 150;
const seedOfStart = 1;

/**
 * A logistic factorisation that can tell of tasks nobody tried yet (Rendle, Factorization Machines, ICDM 2010):
 * logit P(m solves t) = b_m + Σ_f d_f + (Σ_f u_f) · v_m over the features f of t (type, language, complexity, repository,
 * its size and the length of the text in doublings). d is how hard such tasks are, u · v whom they suit. Fitted by maximum
 * a posteriori; a feature that training never saw says nothing.
 */
export const fitFactors: Fit = (train, models) => {
  const features = new Map<string, number>();
  const groups = groupsOf(train, models, features);
  const layout = layoutOf(models, features.size);
  const parameters = startOf(train, models, layout);
  adam(parameters, rounds, (gradient) => writeGradient(gradient, parameters, groups, layout));
  return { predict: (task) => chancesOf(parameters, layout, knownFeatures(task, features)) };
};

interface Group {
  features: number[];
  n: Float64Array;
  solved: Float64Array;
}

/** Where each kind of parameter begins. */
interface Layout {
  models: number;
  difficulty: number;
  ofFeature: number;
  ofModel: number;
  length: number;
}

function layoutOf(models: number, features: number): Layout {
  const difficulty = models;
  const ofFeature = difficulty + features;
  const ofModel = ofFeature + rank * features;
  return { models, difficulty, ofFeature, ofModel, length: ofModel + rank * models };
}

function startOf(train: readonly ReplayTask[], models: number, layout: Layout): Float64Array {
  const random = seededRandom(seedOfStart);
  const parameters = new Float64Array(layout.length);
  for (const { model, rate } of singlesOf(train, models)) parameters[model] = Math.log(rate / (1 - rate)) || 0;
  for (let at = layout.ofFeature; at < layout.length; at++) parameters[at] = 0.2 * (random() - 0.5);
  return parameters;
}

function writeGradient(gradient: Float64Array, parameters: Float64Array, groups: readonly Group[], layout: Layout) {
  const { models, difficulty, ofFeature, ofModel } = layout;
  for (let at = 0; at < parameters.length; at++)
    gradient[at] = (at < difficulty ? penaltyOfModel : penalty) * parameters[at]!;
  for (const { features, n, solved } of groups) {
    const chances = chancesOf(parameters, layout, features);
    const factors = factorsOf(parameters, layout, features);
    for (let model = 0; model < models; model++) {
      if (n[model] === 0) continue;
      const error = n[model]! * chances[model]! - solved[model]!;
      gradient[model]! += error;
      for (let factor = 0; factor < rank; factor++)
        gradient[ofModel + rank * model + factor]! += error * factors[factor]!;
      for (const feature of features) {
        gradient[difficulty + feature]! += error;
        for (let factor = 0; factor < rank; factor++)
          gradient[ofFeature + rank * feature + factor]! += error * parameters[ofModel + rank * model + factor]!;
      }
    }
  }
}

function chancesOf(parameters: Float64Array, layout: Layout, features: readonly number[]): Float64Array {
  const { models, difficulty, ofModel } = layout;
  const factors = factorsOf(parameters, layout, features);
  let shift = 0;
  for (const feature of features) shift += parameters[difficulty + feature]!;
  const chances = new Float64Array(models);
  for (let model = 0; model < models; model++) {
    let logit = parameters[model]! + shift;
    for (let factor = 0; factor < rank; factor++)
      logit += factors[factor]! * parameters[ofModel + rank * model + factor]!;
    chances[model] = 1 / (1 + Math.exp(-logit));
  }
  return chances;
}

function factorsOf(parameters: Float64Array, { ofFeature }: Layout, features: readonly number[]): Float64Array {
  const factors = new Float64Array(rank);
  for (const feature of features)
    for (let factor = 0; factor < rank; factor++) factors[factor]! += parameters[ofFeature + rank * feature + factor]!;
  return factors;
}

function groupsOf(train: readonly ReplayTask[], models: number, features: Map<string, number>): Group[] {
  const groups = new Map<string, Group>();
  for (const task of train) {
    const names = featuresOf(task);
    const key = JSON.stringify(names);
    let group = groups.get(key);
    if (!group) {
      for (const name of names) if (!features.has(name)) features.set(name, features.size);
      group = {
        features: knownFeatures(task, features),
        n: new Float64Array(models),
        solved: new Float64Array(models),
      };
      groups.set(key, group);
    }
    for (const [model, result] of task.results.entries()) {
      if (!result) continue;
      group.n[model]! += 1;
      if (result.solved) group.solved[model]! += 1;
    }
  }
  return [...groups.values()];
}

const knownFeatures = (task: TaskFacts, features: ReadonlyMap<string, number>): number[] =>
  featuresOf(task).flatMap((name) => features.get(name) ?? []);

function featuresOf({ likeness, repoSize, issueChars }: TaskFacts): string[] {
  const doublings = (amount: number | undefined) =>
    amount === undefined ? undefined : Math.floor(Math.log2(1 + amount));
  const values = { ...likeness, repoSize: doublings(repoSize), issueChars: doublings(issueChars) };
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
}
