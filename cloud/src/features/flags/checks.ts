import type { FlagDefinition } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../platform/db/database.ts';
import { definitionOf } from './definition.ts';
import { flagView } from './flag-view.ts';
import { brokenDependants, referenceComplaints } from './references.ts';
import { flagRepository } from './repository.ts';
import { namesSegments } from './segment-references.ts';
import { segmentsOf } from './segment-service.ts';

/** Throws `invalid` unless all that a flag names is there. */
export async function checkReferences(tx: ProjectTx, flag: FlagDefinition): Promise<void> {
  const others = flag.prerequisites?.length ? await activeFlags(tx) : new Map<string, FlagDefinition>();
  const all = new Map(others).set(flag.key, flag);
  const errors = referenceComplaints(flag, all, namesSegments(flag) ? await segmentsOf(tx) : new Map());
  if (errors.length === 0) return;
  throw new WhetstoneError('invalid', errors.map(({ path, message }) => `${path}: ${message}`).join('; '), { errors });
}

/** Throws `conflict` when a variant that goes is what another flag waits for. */
export async function checkDependants(tx: ProjectTx, { key, variants }: FlagDefinition, kept: object): Promise<void> {
  const gone = Object.keys(variants).filter((name) => !Object.hasOwn(kept, name));
  if (gone.length === 0) return;
  const dependants = brokenDependants(key, gone, (await activeFlags(tx)).values());
  if (dependants.length === 0) return;
  throw new WhetstoneError('conflict', `these flags have "${key}" as a prerequisite: ${dependants.join(', ')}`, {
    extra: { dependants },
  });
}

const activeFlags = async (tx: ProjectTx): Promise<ReadonlyMap<string, FlagDefinition>> =>
  new Map((await flagRepository.active(tx)).map((row) => [row.key, definitionOf(flagView(row))]));
