import { FlagDraft, ShortFlag, type FlagDefinition } from '../contract/flag-document.ts';
import { readInput } from '../contract/parse.ts';
import { expandShortFlag } from '../flags/short-form.ts';
import { isRecord } from '../flags/reading.ts';
import { z } from 'zod';
import { endlessOf } from './endless.ts';
import { pointerOf, type Finding, type Remark } from './finding.ts';
import { patternRemarks } from './pattern-cost.ts';
import { referenceRemarks, type Surroundings } from './references.ts';
import { ruleRemarks } from './rules.ts';
import { upkeepRemarks } from './upkeep.ts';
import { valueRemarks } from './values.ts';
import { variantRemarks } from './variants.ts';

export interface LintInput {
  /** As written or as read, in their own form or the short one. */
  flags: readonly unknown[];
  /** Keys of segments; absent, conditions on one are only remarked on. */
  segments?: readonly string[] | undefined;
  /** Keys of archived flags beside those that say so themselves. */
  archived?: readonly string[] | undefined;
  nowMs: number;
}

/**
 * Everything that is wrong or doubtful in the flags of a project, in the order of the documents. Pure, and no laxer than
 * the server: what it would refuse is an error here.
 */
export function lintFlags({ flags, segments, archived = [], nowMs }: LintInput): Finding[] {
  const read = flags.map(readFlag);
  const active = read.filter(({ isArchived }) => !isArchived);
  const byKey = new Map(
    active.flatMap(({ definition }) => (definition ? [[definition.key, definition] as const] : [])),
  );
  const around: Surroundings = {
    flags: byKey,
    endless: endlessOf(byKey),
    unreadable: new Set(active.flatMap(({ key, definition }) => (definition || key === undefined ? [] : [key]))),
    archived: new Set([
      ...archived,
      ...read.flatMap(({ key, isArchived }) => (isArchived && key !== undefined ? [key] : [])),
    ]),
    segments: segments && new Set(segments),
  };
  const firstOf = new Map<string, number>();
  return read.flatMap((one, index) => {
    const { key, definition, isArchived, isShort } = one;
    const remarks = [...one.remarks];
    if (key !== undefined) {
      if (firstOf.has(key)) remarks.unshift(duplicate(key, firstOf.get(key)!));
      else firstOf.set(key, index);
    }
    if (definition && !isArchived && !isShort) {
      remarks.push(...ofFlag(definition, nowMs), ...referenceRemarks(definition, around));
    }
    return withRefusals(flags[index], definition && !isShort, remarks).map(({ path, ...remark }): Finding => ({
      ...remark,
      ...(key !== undefined && { flag: key }),
      index,
      path: pointerOf(path),
    }));
  });
}

const ofFlag = (flag: FlagDefinition, nowMs: number): Remark[] => [
  ...variantRemarks(flag),
  ...valueRemarks(flag),
  ...ruleRemarks(flag),
  ...patternRemarks(flag),
  ...upkeepRemarks(flag, nowMs),
];

interface ReadFlag {
  key: string | undefined;
  /** Absent when its form is wrong: then nothing more is said of it. */
  definition?: FlagDefinition;
  isArchived: boolean;
  isShort: boolean;
  remarks: Remark[];
}

/** What each member must be; how they go together is looked at rule by rule. */
const FlagForm = z.strictObject(FlagDraft.shape);

function readFlag(document: unknown): ReadFlag {
  const members = isRecord(document) ? document : {};
  const key = typeof members['key'] === 'string' ? members['key'] : undefined;
  const isArchived = members['archivedAt'] !== undefined && members['archivedAt'] !== null;
  const isShort = 'rolloutPercentage' in members && !('variants' in members);
  const known = { key, isArchived, isShort };
  if (isShort) {
    const read = readInput(ShortFlag, document);
    return 'data' in read
      ? { ...known, definition: expandShortFlag(read.data), remarks: [] }
      : { ...known, remarks: read.complaints.map(refusal) };
  }
  const read = readInput(FlagForm, document);
  return 'data' in read
    ? { ...known, definition: read.data, remarks: [] }
    : { ...known, remarks: read.complaints.map(refusal) };
}

/** What the server would refuse and no rule has named yet. */
function withRefusals(document: unknown, isWellFormed: unknown, remarks: Remark[]): Remark[] {
  if (!isWellFormed) return remarks;
  const read = readInput(FlagDraft, document);
  if ('data' in read) return remarks;
  const named = new Set(remarks.flatMap(({ severity, path }) => (severity === 'error' ? [pointerOf(path)] : [])));
  return [...read.complaints.filter(({ path }) => !named.has(pointerOf(path))).map(refusal), ...remarks];
}

const refusal = ({ path, message }: { path: readonly PropertyKey[]; message: string }): Remark => ({
  rule: 'schema',
  severity: 'error',
  path,
  message,
  fix: 'Correct it: the server refuses the document as it is.',
});

const duplicate = (key: string, first: number): Remark => ({
  rule: 'duplicate-key',
  severity: 'error',
  path: ['key'],
  message: `the key "${key}" is taken by document ${first + 1}`,
  fix: 'Give it a key of its own, or remove one of the two.',
});
