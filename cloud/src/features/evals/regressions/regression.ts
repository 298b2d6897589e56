import type { Regression, regressionStates, severities } from '@whetstone/shared/contract';

export type RegressionState = (typeof regressionStates)[number];
export type Severity = (typeof severities)[number];
export type Evidence = NonNullable<Regression['evidence']>;
export type Rollback = NonNullable<Regression['rollback']>;
type Acknowledged = NonNullable<Regression['acknowledged']>;

/** A regression as it is stored, with the names of its data set and subject. */
export interface RegressionRow {
  id: string;
  datasetId: string;
  dataset: string;
  subjectId: string;
  subjectLabel: string;
  found: Regression['found'];
  state: RegressionState;
  severity: Severity | null;
  reason: string | null;
  beforeRunId: string;
  afterRunId: string;
  beforeRerunId: string | null;
  afterRerunId: string | null;
  suspicion: Regression['suspicion'];
  evidence: Evidence | null;
  flagKey: string | null;
  flagVariant: string | null;
  rollbackClaimedAt: Date | null;
  rollback: Rollback | null;
  acknowledged: Acknowledged | null;
  mutedUntil: Date | null;
  assignee: string | null;
  history: Regression['history'];
  createdAt: Date;
  updatedAt: Date;
}

/** What changes in the life of one; what is absent stays. */
export type RegressionChange = Partial<
  Pick<
    RegressionRow,
    | 'state'
    | 'severity'
    | 'reason'
    | 'beforeRerunId'
    | 'afterRerunId'
    | 'evidence'
    | 'rollbackClaimedAt'
    | 'rollback'
    | 'acknowledged'
    | 'mutedUntil'
    | 'assignee'
  >
>;

/** An alert that nobody has acknowledged: later runs are compared with the level before it. */
export const isUnanswered = ({ state, acknowledged }: Pick<RegressionRow, 'state' | 'acknowledged'>): boolean =>
  state === 'alert' && acknowledged === null;

/** Reruns are wanted or under way: the same drop must not be found a second time meanwhile. */
export const isUndecided = ({ state }: Pick<RegressionRow, 'state'>): boolean =>
  state === 'suspected' || state === 'confirming';

export const regressionView = ({
  datasetId: _1,
  subjectId,
  subjectLabel,
  beforeRunId,
  afterRunId,
  beforeRerunId: _2,
  afterRerunId: _3,
  flagKey,
  flagVariant,
  rollbackClaimedAt: _4,
  mutedUntil,
  createdAt,
  updatedAt,
  ...row
}: RegressionRow): Regression => ({
  ...row,
  subject: { id: subjectId, label: subjectLabel },
  runs: { before: beforeRunId, after: afterRunId },
  flag: flagKey !== null && flagVariant !== null ? { key: flagKey, variant: flagVariant } : null,
  mutedUntil: mutedUntil?.toISOString() ?? null,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});
