interface Operation {
  path: string;
  /** The largest body that the cloud takes. */
  maxBodyBytes: number;
  /** Members that hold names which the cloud has given out: it can learn nothing from them, and knows them by nothing else. */
  cloudNames: ReadonlySet<string>;
  /** Whether an answer is the one of this operation, rather than of something else that says 200 to everything. */
  isAnswer: (answer: Record<string, unknown>) => boolean;
}

/**
 * What may wait in the outbox, and where each goes. The records on disk name an operation, never an address: a file that
 * somebody else could write must not choose where the key is sent.
 */
export const operations = {
  recordExposures: {
    path: '/api/flags/exposures',
    maxBodyBytes: 1024 * 1024,
    cloudNames: new Set(['flag', 'variant', 'ruleId']),
    isAnswer: ({ accepted }) => Number.isSafeInteger(accepted),
  },
  submitEvalRun: {
    path: '/api/eval/submit',
    maxBodyBytes: 1024 * 1024,
    cloudNames: new Set(['guidanceVersion', 'recommendationId']),
    isAnswer: ({ id }) => typeof id === 'string',
  },
  recordOutcome: {
    path: '/api/portfolio/record',
    maxBodyBytes: 1024 * 1024,
    cloudNames: new Set(['recommendationId', 'guidanceVersion']),
    isAnswer: ({ id }) => typeof id === 'string',
  },
  logRecommendations: {
    path: '/api/portfolio/recommendations',
    maxBodyBytes: 1024 * 1024,
    cloudNames: new Set(['recommendationId', 'tableVersion', 'policyVersion', 'model', 'incumbent']),
    isAnswer: ({ recorded }) => Number.isSafeInteger(recorded),
  },
  captureFeedback: {
    path: '/api/feedback/capture',
    maxBodyBytes: 4 * 1024 * 1024,
    cloudNames: new Set(['guidanceVersion']),
    isAnswer: ({ id }) => typeof id === 'string',
  },
  recordSurvival: {
    path: '/api/feedback/survival',
    maxBodyBytes: 1024 * 1024,
    cloudNames: new Set(['guidanceVersion']),
    isAnswer: ({ recorded }) => Number.isSafeInteger(recorded),
  },
} as const satisfies Record<string, Operation>;

export type OutboxOperation = keyof typeof operations;

/** Absent for one that a newer version has written. */
export const operationCalled = (name: string): Operation | undefined =>
  Object.hasOwn(operations, name) ? operations[name as OutboxOperation] : undefined;
