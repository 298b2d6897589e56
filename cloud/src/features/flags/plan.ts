import type { FlagAction, FlagDefinition } from '@whetstone/shared/contract';
import type { FlagRow } from './repository.ts';

/** A change that was checked and not yet made. */
export type Plan =
  | { kind: 'create'; definition: FlagDefinition }
  | { kind: 'change'; action: FlagAction; before: FlagRow; definition?: FlagDefinition; archivedAt?: Date | null }
  | { kind: 'nothing'; row: FlagRow };
