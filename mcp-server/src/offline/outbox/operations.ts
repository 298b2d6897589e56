/**
 * What may wait in the outbox, and where each goes. The records on disk name an operation, never an address: a file that
 * somebody else could write must not choose where the key is sent.
 */
export const paths = {
  recordExposures: '/api/flags/exposures',
} as const;

export type OutboxOperation = keyof typeof paths;

/** Absent for one that a newer version has written. */
export const pathOf = (operation: string): string | undefined =>
  Object.hasOwn(paths, operation) ? paths[operation as OutboxOperation] : undefined;
