import { regressionStates, type Regression } from '@whetstone/shared/contract';
import { pText, shareText } from '../figures.ts';
import type { Look } from '../look.ts';

export type State = Regression['state'];

/** What the address says one looks at; without a state all of them, the open ones first. */
export interface Filters {
  state: State | 'open' | undefined;
  dataset: string | undefined;
  subjectId: string | undefined;
}

export const stateChoices = ['open', ...regressionStates] as const;

export function filtersOf(search: URLSearchParams): Filters {
  const isId = (text: string | null) => (text !== null && /^[0-9a-f-]{36}$/.test(text) ? text : undefined);
  return {
    state: stateChoices.find((each) => each === search.get('state')),
    dataset: search.get('dataset') ?? undefined,
    subjectId: isId(search.get('subject')),
  };
}

export function addressOf({ state, dataset, subjectId }: Filters): string {
  const query = new URLSearchParams();
  if (state !== undefined) query.set('state', state);
  if (dataset !== undefined) query.set('dataset', dataset);
  if (subjectId !== undefined) query.set('subject', subjectId);
  const text = query.toString();
  return text === '' ? '/regressions' : `/regressions?${text}`;
}

/** Somebody has to look, or soon will have to. */
export const isOpen = ({ state, acknowledged }: Pick<Regression, 'state' | 'acknowledged'>): boolean =>
  state === 'suspected' || state === 'confirming' || (state === 'alert' && acknowledged === null);

/** Something will change by itself. */
export const isGoing = ({ state, rollback, createdAt }: Regression, nowMs: number): boolean =>
  state === 'suspected' ||
  state === 'confirming' ||
  (state === 'alert' && rollback === null && nowMs - Date.parse(createdAt) < 3_600_000);

/** The open ones in front, each once; within both parts as they came. */
export function openFirst(open: readonly Regression[], listed: readonly Regression[]): Regression[] {
  const all = [...new Map([...open, ...listed].map((each) => [each.id, each])).values()];
  return [...all.filter(isOpen), ...all.filter((each) => !isOpen(each))];
}

const stateLooks: Record<State, Look> = {
  suspected: { sign: '◔', word: 'suspected', class: 'text-warn' },
  confirming: { sign: '◐', word: 'confirming', class: 'text-warn' },
  alert: { sign: '▲', word: 'alert', class: 'text-bad' },
  cleared: { sign: '✓', word: 'cleared', class: 'text-muted' },
  unconfirmed: { sign: '?', word: 'unconfirmed', class: 'text-warn' },
  recovered: { sign: '↺', word: 'recovered', class: 'text-good' },
};

export const stateLook = ({ state, acknowledged }: Pick<Regression, 'state' | 'acknowledged'>): Look =>
  acknowledged && (state === 'alert' || state === 'unconfirmed')
    ? { sign: '△', word: 'acknowledged', class: 'text-muted' }
    : stateLooks[state];

export const severityLook = (severity: Regression['severity']): Look | undefined =>
  severity === null
    ? undefined
    : severity === 'critical'
      ? { sign: '‼', word: 'critical', class: 'text-bad' }
      : { sign: '!', word: 'warning', class: 'text-warn' };

export const rollbackLooks: Record<NonNullable<Regression['rollback']>['outcome'], Look> = {
  rolled_back: { sign: '↩', word: 'rolled back', class: 'text-good' },
  already_done: { sign: '↩', word: 'was rolled back before', class: 'text-good' },
  dry_run: { sign: '↩', word: 'dry run: would be rolled back', class: 'text-warn' },
  refused: { sign: '✗', word: 'rollback refused', class: 'text-bad' },
  off: { sign: '–', word: 'left alone: rollbacks are off', class: 'text-warn' },
  not_critical: { sign: '–', word: 'left alone: not critical', class: 'text-muted' },
  untrusted: { sign: '✗', word: 'left alone: an agent key started a run', class: 'text-warn' },
  no_flag: { sign: '–', word: 'no flag is named', class: 'text-muted' },
};

/** How far it fell: what the reruns say, or until then what raised suspicion. */
export const dropOf = ({ evidence, suspicion }: Regression) =>
  evidence
    ? { points: evidence.dropPoints, interval: evidence.interval, p: evidence.p }
    : { points: suspicion.dropPoints, interval: undefined, p: suspicion.p };

/** What happened, in one sentence. */
export function sentenceOf(regression: Regression): string {
  const { subject, dataset, state, severity, evidence, suspicion, reason } = regression;
  const who = `${subject.label} on ${dataset}`;
  const suspected = `${suspicion.dropPoints.toFixed(1)} points fewer than before, ${pText(suspicion.p)}`;
  const levels = evidence
    ? `it passes ${shareText(evidence.after.passRate)} where it passed ${shareText(evidence.before.passRate)}`
    : suspected;
  switch (state) {
    case 'suspected':
      return `${who} may have become worse: ${suspected}. Whether it did is about to be checked.`;
    case 'confirming':
      return `${who} may have become worse: ${suspected}. All problems are being run again on both builds.`;
    case 'alert': {
      const how = severity === 'critical' ? ' badly' : '';
      return `${who} got${how} worse: ${levels}${evidence ? `, ${pText(evidence.p)} over ${evidence.problems} problems` : ''}.`;
    }
    case 'cleared':
      return `${who} looked worse (${suspected}), and the reruns do not bear it out${evidence ? `: ${levels}` : ''}.`;
    case 'unconfirmed':
      return `${who} looks worse (${suspected}), and that could not be confirmed${reason === null ? '' : `: ${reason}`}.`;
    case 'recovered':
      return `${who} was worse and is as good as before again.`;
  }
}
