import type { RunManifest } from '../run/manifest.ts';

export interface Change {
  /** Dotted, as it stands in manifest.json. */
  field: string;
  /** Absent where the field is. */
  a?: unknown;
  b?: unknown;
  /** What is compared (another model, another prompt), or the yardstick itself, with which verdicts may change by themselves. */
  of: 'subject' | 'yardstick' | 'sampling';
}

/** What was different between two runs of one data set, but for the problems themselves. */
export function whatChanged(a: RunManifest, b: RunManifest): Change[] {
  const [ours, theirs] = [leavesOf(comparable(a)), leavesOf(comparable(b))];
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((field) => JSON.stringify(ours.get(field)) !== JSON.stringify(theirs.get(field)))
    .map((field) => ({
      field,
      ...(ours.has(field) && { a: ours.get(field) }),
      ...(theirs.has(field) && { b: theirs.get(field) }),
      of: kindOf(field),
    }));
}

/** The problems are paired, and told about, one by one. */
const comparable = ({ dataset: { name }, ...rest }: RunManifest) => ({ ...rest, dataset: { name } });

function kindOf(field: string): Change['of'] {
  if (field === 'subject' || field.startsWith('subject.')) return 'subject';
  return field === 'samplesPerProblem' || field === 'seed' ? 'sampling' : 'yardstick';
}

function leavesOf(value: unknown, field = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[field, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, member]) => [...leavesOf(member, field ? `${field}.${key}` : key)]),
  );
}
