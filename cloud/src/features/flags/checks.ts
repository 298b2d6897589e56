import type { FlagDefinition, SegmentDefinition } from '@whetstone/shared/contract';
import { WhetstoneError, type FieldError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../platform/db/database.ts';
import { definitionOf } from './definition.ts';
import { flagView } from './flag-view.ts';
import { patternsOfFlag, patternsOfSegment, patternSpending } from './pattern-states.ts';
import { brokenDependants, referenceComplaints } from './references.ts';
import { flagRepository } from './repository.ts';
import { namesSegments, nestingComplaints, type Segments } from './segment-references.ts';
import { segmentsOf } from './segments/segments-of.ts';

/** Throws `invalid` unless all that a flag names is there, and its patterns fit those of the project. */
export async function checkReferences(tx: ProjectTx, flag: FlagDefinition): Promise<void> {
  const patterns = patternsOfFlag(flag);
  const needsFlags = Boolean(flag.prerequisites?.length) || patterns.length > 0;
  const others = needsFlags ? await activeFlags(tx) : new Map<string, FlagDefinition>();
  const segments: Segments = namesSegments(flag) || patterns.length > 0 ? await segmentsOf(tx) : new Map();
  const errors = referenceComplaints(flag, new Map(others).set(flag.key, flag), segments);
  if (patterns.length > 0) {
    const spending = patternSpending();
    for (const segment of segments.values()) spending.spend(patternsOfSegment(segment));
    for (const other of others.values()) if (other.key !== flag.key) spending.spend(patternsOfFlag(other));
    const before = others.get(flag.key);
    const complaint = spending.complaint(patterns, before ? patternsOfFlag(before) : []);
    if (complaint) errors.push(complaint);
  }
  throwInvalid(errors);
}

/** The same of a segment, which must not lead back to itself either. */
export async function checkSegment(tx: ProjectTx, segment: SegmentDefinition): Promise<void> {
  const others = segment.rules?.length ? await segmentsOf(tx) : new Map<string, SegmentDefinition>();
  const errors = nestingComplaints(segment, new Map(others).set(segment.key, segment));
  const patterns = patternsOfSegment(segment);
  if (patterns.length > 0) {
    const spending = patternSpending();
    for (const other of others.values()) if (other.key !== segment.key) spending.spend(patternsOfSegment(other));
    for (const flag of (await activeFlags(tx)).values()) spending.spend(patternsOfFlag(flag));
    const complaint = spending.complaint(patterns, patternsOfSegment(others.get(segment.key)));
    if (complaint) errors.push(complaint);
  }
  throwInvalid(errors);
}

function throwInvalid(errors: FieldError[]): void {
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
