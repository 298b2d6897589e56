import type { BisectRequest } from '@whetstone/shared/contract';

export type Over = BisectRequest['over'];

/** What is not known yet is empty, which the schema complains of at its field. */
export function overOfKind(kind: string, before?: Over): Over {
  if (before?.kind === kind) return before;
  switch (kind) {
    case 'commits':
      return { kind, repo: '', good: '', bad: '' };
    case 'flagVersions':
      return { kind, flag: '', variant: '', good: 1, bad: 2 };
    default:
      return { kind: 'promptVersions', versions: [{ version: '' }, { version: '' }] };
  }
}
