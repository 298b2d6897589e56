import { randomFrom } from './random.ts';

/** A flag as every engine can express it: rules that switch it on, then a share of all users. */
export interface FlagSpec {
  key: string;
  /** Of each rule, what all of its attributes must be among. */
  rules: Record<string, string[]>[];
  rolloutPercentage: number;
}

export interface Person {
  userId: string;
  repoId: string;
  plan: string;
  region: string;
}

/** Which flag is asked about whom, as places in the two lists. */
export interface Question {
  flag: number;
  person: number;
}

export interface Workload {
  flags: FlagSpec[];
  people: Person[];
  questions: Question[];
}

const personCount = 2_000;
const repoCount = 50;
const questionCount = 65_536;
const plans = ['free', 'pro', 'team', 'enterprise'];
const regions = ['eu', 'us', 'ap', 'sa'];

/** `targeted`: three rules, one condition in two of them. `reference`: one rule of two conditions. */
export type Shape = 'targeted' | 'reference';

/** The same for every engine, process and machine. */
export function flagWorkload(shape: Shape = 'targeted', flagCount = 1_000): Workload {
  const random = randomFrom(1);
  const upTo = (end: number) => Math.floor(random() * end);
  const some = (count: number, of: () => string) => {
    const chosen = new Set<string>();
    while (chosen.size < count) chosen.add(of());
    return [...chosen];
  };
  const anyUser = () => `user-${upTo(personCount)}`;
  const anyRepo = () => `acme/repo-${upTo(repoCount)}`;
  const anyOf = (list: string[]) => () => list[upTo(list.length)]!;

  const flags = Array.from({ length: flagCount }, (_, i) => ({
    key: `flag-${i}`,
    ...(shape === 'targeted'
      ? {
          rules: [
            { userId: some(5, anyUser) },
            { repoId: some(3, anyRepo) },
            { plan: some(2, anyOf(plans)), region: some(2, anyOf(regions)) },
          ],
          rolloutPercentage: 25,
        }
      : { rules: [{ repoId: some(2, anyRepo), plan: some(2, anyOf(plans)) }], rolloutPercentage: upTo(101) }),
  }));
  const people = Array.from({ length: personCount }, (_, i) => ({
    userId: `user-${i}`,
    repoId: anyRepo(),
    plan: anyOf(plans)(),
    region: anyOf(regions)(),
  }));
  const questions = Array.from({ length: questionCount }, () => ({ flag: upTo(flagCount), person: upTo(personCount) }));
  return { flags, people, questions };
}

/** The share of the questions to which "on" is the answer, were the hash of the rollout perfect. */
export function expectedShare({ flags, people, questions }: Workload): number {
  let sum = 0;
  for (const { flag, person } of questions) {
    const spec = flags[flag]!;
    sum += isListed(spec, people[person]!) ? 1 : spec.rolloutPercentage / 100;
  }
  return sum / questions.length;
}

const isListed = ({ rules }: FlagSpec, person: Person) =>
  rules.some((rule) => Object.entries(rule).every(([name, values]) => values.includes(person[name as keyof Person])));
