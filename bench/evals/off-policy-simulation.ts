import { comparePolicies, fewestEffective, momentNames, type Moments, type Range } from '@whetstone/shared/portfolio';
import { normalQuantile, seededRandom } from '@whetstone/shared/stats';

interface World {
  /** Of the recommendations that are made to learn, spread over the models that are not the usual answer. */
  exploration: number;
  recommendations: number;
  /** How far the expectations that are logged lie beside the truth, in points of success (sd); of cost the same in percent. */
  expectationErrorPoints: number;
  logs: number;
  seed: number;
}

interface EstimatorQuality {
  /** Of logs, those with enough effective observations of the incumbent to be estimated from. */
  estimated: number;
  /** Per estimator and figure, over the logs that were estimated: root mean square error, and how often the interval has the truth. */
  success: Quality;
  snipsSuccess: Quality;
  directSuccess: Pick<Quality, 'rmse'>;
  saving: Quality;
}

interface Quality {
  rmse: number;
  coverage: number;
}

const kinds = 12;
const models = 4;
const incumbent = 0;

/** Of logs of recommendations whose truth is known: how far the estimates are off, and how often their intervals hold it. */
export function simulateLogs(world: World): EstimatorQuality {
  const { exploration, recommendations, expectationErrorPoints, logs, seed } = world;
  const random = seededRandom(seed);
  const normal = () => normalQuantile(Math.max(1e-12, random()));
  const success = tally();
  const snips = tally();
  const direct = tally();
  const saving = tally();
  let estimated = 0;
  for (let log = 0; log < logs; log++) {
    const kindsOfTask = Array.from({ length: kinds }, () => kindOfTask(random, normal, expectationErrorPoints));
    const truth = truthOf(kindsOfTask, exploration);
    const rows = drawRows(kindsOfTask, { recommendations, exploration, random, normal });
    const ofSuccess = comparePolicies(momentsOf(rows.map(({ solved, ...rest }) => ({ ...rest, seen: solved }))));
    if (ofSuccess.effectiveSampleSize < fewestEffective) continue;
    estimated++;
    const ofCost = comparePolicies(
      momentsOf(rows.map(({ cost, expectedCost, ...rest }) => ({ ...rest, seen: cost, expected: expectedCost }))),
    );
    const { snips: weighed, doublyRobust, direct: expected } = ofSuccess.incumbent;
    success.add(doublyRobust.value, doublyRobust.interval!, truth.incumbentSuccess);
    snips.add(weighed.value, weighed.interval!, truth.incumbentSuccess);
    direct.add(expected.value, [0, 0], truth.incumbentSuccess);
    const [low, high] = ofCost.ratio!.interval!;
    saving.add(1 - ofCost.ratio!.value, [1 - high, 1 - low], truth.saving);
  }
  return {
    estimated: estimated / logs,
    success: success.quality(),
    snipsSuccess: snips.quality(),
    directSuccess: direct.quality(),
    saving: saving.quality(),
  };
}

interface KindOfTask {
  solves: number[];
  meanCosts: number[];
  usual: number;
  expectedSuccess: number;
  expectedCost: number;
}

/** Models that cost more solve more, as a rule; the usual answer is a cheap one, or now and then the incumbent. */
function kindOfTask(random: () => number, normal: () => number, errorPoints: number): KindOfTask {
  const difficulty = 0.2 * normal();
  const solves = [0.72, 0.7, 0.65, 0.6].map((rate) => within(rate + difficulty + 0.05 * normal()));
  const meanCosts = [0.7, 0.45, 0.2, 0.05].map((usd) => usd * Math.exp(0.3 * normal() - difficulty));
  return {
    solves,
    meanCosts,
    usual: random() < 0.25 ? incumbent : 1 + Math.floor(random() * (models - 1)),
    expectedSuccess: within(solves[incumbent]! + (errorPoints / 100) * normal()),
    expectedCost: meanCosts[incumbent]! * Math.exp((errorPoints / 100) * normal()),
  };
}

const within = (rate: number) => Math.min(0.98, Math.max(0.02, rate));

const chanceOf = ({ usual }: KindOfTask, model: number, exploration: number) =>
  model === usual ? 1 - exploration : exploration / (models - 1);

function truthOf(world: KindOfTask[], exploration: number) {
  let incumbentSuccess = 0;
  let recommended = 0;
  let cost = 0;
  for (const kind of world) {
    incumbentSuccess += kind.solves[incumbent]! / kinds;
    cost += kind.meanCosts[incumbent]!;
    for (const [model, usd] of kind.meanCosts.entries()) recommended += chanceOf(kind, model, exploration) * usd;
  }
  return { incumbentSuccess, saving: 1 - recommended / cost };
}

interface LoggedTask {
  task: number;
  weight: number;
  solved: number;
  cost: number;
  expected: number;
  expectedCost: number;
}

interface Draw {
  recommendations: number;
  exploration: number;
  random: () => number;
  normal: () => number;
}

/** Every fourth task is asked for twice, and what makes it hard stays with it; costs of attempts differ by a factor of two or so. */
function drawRows(world: KindOfTask[], { recommendations, exploration, random, normal }: Draw): LoggedTask[] {
  const rows: LoggedTask[] = [];
  for (let task = 0; rows.length < recommendations; task++) {
    const kind = world[Math.floor(random() * kinds)]!;
    const luck = random();
    for (let times = task % 4 === 0 ? 2 : 1; times > 0; times--) {
      const explored = random() < exploration;
      const other = Math.floor(random() * (models - 1));
      const model = explored ? (other >= kind.usual ? other + 1 : other) : kind.usual;
      const spread = 0.8 * normal();
      rows.push({
        task,
        weight: model === incumbent ? 1 / chanceOf(kind, model, exploration) : 0,
        solved: (random() < 0.5 ? luck : random()) < kind.solves[model]! ? 1 : 0,
        cost: kind.meanCosts[model]! * Math.exp(spread - 0.32),
        expected: kind.expectedSuccess,
        expectedCost: kind.expectedCost,
      });
    }
  }
  return rows;
}

/** As the database adds them up. */
export function momentsOf(rows: { task: number; weight: number; seen: number; expected: number }[]): Moments {
  const clusters = new Map<number, number[]>();
  for (const { task, weight, seen, expected } of rows) {
    const one = [1, seen, weight, weight * seen, expected, weight * expected];
    const sum = clusters.get(task);
    if (sum) for (const [i, value] of one.entries()) sum[i]! += value;
    else clusters.set(task, one);
  }
  const sums = momentNames.map(() => 0);
  const products = momentNames.map((_, i) => Array.from({ length: i + 1 }, () => 0));
  for (const cluster of clusters.values())
    for (let i = 0; i < sums.length; i++) {
      sums[i]! += cluster[i]!;
      for (let j = 0; j <= i; j++) products[i]![j]! += cluster[i]! * cluster[j]!;
    }
  const named = Object.fromEntries(momentNames.map((name, i) => [name, sums[i]!])) as Moments['sums'];
  return { sums: named, products, clusters: clusters.size };
}

function tally() {
  let n = 0;
  let squares = 0;
  let held = 0;
  return {
    add(value: number, [low, high]: Range, truth: number) {
      n++;
      squares += (value - truth) ** 2;
      if (low <= truth && truth <= high) held++;
    },
    quality: (): Quality => ({ rmse: Math.sqrt(squares / n), coverage: held / n }),
  };
}
