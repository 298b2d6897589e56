import type { PortfolioSettings } from '../contract/portfolio/models.ts';
import {
  arrayIn,
  flagIn,
  isMember,
  memberOf,
  numberIn,
  recordIn,
  refuse,
  textIn,
  textsIn,
  type Member,
} from './packed-member.ts';

/** The settings as the cloud has checked them; checked again, since what lies on a disk is anybody's. */
export function readSettings(member: Member): PortfolioSettings {
  const settings = recordIn(member);
  const of = (name: string) => memberOf(settings, name);
  const orNull = <Value>(name: string, read: (one: Member) => Value) =>
    of(name).value === null ? null : read(of(name));
  const verifiers = recordIn(of('verifiers'));
  const exploration = recordIn(of('exploration'));
  return {
    allow: orNull('allow', textsIn),
    deny: textsIn(of('deny')),
    pins: arrayIn(of('pins')).map(readPin),
    incumbent: orNull('incumbent', textIn),
    margin: shareIn(of('margin')),
    goal: oneOf(of('goal'), ['save', 'solve'] as const),
    solveCostShare: amountIn(of('solveCostShare')),
    planLength: oneOf(of('planLength'), [1, 2, 3] as const),
    verifiers: { tests: readRates(memberOf(verifiers, 'tests')), review: readRates(memberOf(verifiers, 'review')) },
    exploration: {
      enabled: flagIn(memberOf(exploration, 'enabled')),
      share: shareIn(memberOf(exploration, 'share')),
      budgetUsdPerDay: amountIn(memberOf(exploration, 'budgetUsdPerDay')),
    },
    trial: orNull('trial', readTrial),
    prices: Object.fromEntries(entriesIn(of('prices')).map(([id, one]) => [id, readPrice(one)])),
    contextTokens: Object.fromEntries(entriesIn(of('contextTokens')).map(([id, one]) => [id, amountIn(one)])),
    pool: oneOf(of('pool'), ['none', 'organisation', 'everyone'] as const),
  };
}

function readPin(member: Member): PortfolioSettings['pins'][number] {
  const pin = recordIn(member);
  const optional = <Name extends string>(name: Name) => {
    const one = memberOf(pin, name);
    return one.value === undefined ? {} : ({ [name]: textIn(one) } as Record<Name, string>);
  };
  return {
    model: textIn(memberOf(pin, 'model')),
    ...optional('taskType'),
    ...optional('language'),
    ...optional('repoId'),
  };
}

function readRates(member: Member) {
  const rates = recordIn(member);
  return {
    falseAccept: shareIn(memberOf(rates, 'falseAccept')),
    falseReject: shareIn(memberOf(rates, 'falseReject')),
  };
}

function readTrial(member: Member): NonNullable<PortfolioSettings['trial']> {
  const trial = recordIn(member);
  const share = memberOf(trial, 'share');
  return {
    challenger: textIn(memberOf(trial, 'challenger')),
    incumbent: textIn(memberOf(trial, 'incumbent')),
    share: shareIn(share) <= 0.5 ? shareIn(share) : refuse(share, 'at most one half'),
    maxTasks: amountIn(memberOf(trial, 'maxTasks')),
  };
}

function readPrice(member: Member): PortfolioSettings['prices'][string] {
  const price = recordIn(member);
  const cache = memberOf(price, 'cacheUsdPerMillion');
  return {
    inputUsdPerMillion: amountIn(memberOf(price, 'inputUsdPerMillion')),
    outputUsdPerMillion: amountIn(memberOf(price, 'outputUsdPerMillion')),
    ...(cache.value === undefined ? {} : { cacheUsdPerMillion: amountIn(cache) }),
  };
}

const entriesIn = (member: Member): [string, Member][] => {
  const record = recordIn(member);
  return Object.keys(record.record).map((name) => [name, memberOf(record, name)]);
};

const amountIn = (member: Member) => (numberIn(member) >= 0 ? numberIn(member) : refuse(member, 'zero or more'));

const shareIn = (member: Member) => (amountIn(member) <= 1 ? amountIn(member) : refuse(member, 'at most 1'));

const oneOf = <Value>(member: Member, values: readonly Value[]): Value =>
  isMember(values, member.value) ? member.value : refuse(member, `one of ${values.join(', ')}`);
