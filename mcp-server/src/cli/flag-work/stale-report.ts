import type { Style } from '../style.ts';
import { columns } from '../columns.ts';
import { isTest, type Reference, type References, type Scan } from './repo/scan.ts';
import { many } from './many.ts';
import { visible } from '../../visible.ts';

export interface StaleItem {
  key: string;
  owner?: string;
  tags?: string[];
  createdAt?: string;
  lastEvaluatedAt?: string | null;
  reasons: { kind: string; since?: string; text: string; variant?: string }[];
}

interface UnknownKey {
  key: string;
  /** Archived: there was such a flag. */
  state: 'unknown' | 'archived';
  calls: number;
  places: Reference[];
}

export interface StaleReport {
  stale: (StaleItem & { references?: References })[];
  /** Keys that code asks for and no flag has; those of tests alone are only counted. */
  unknownKeys: UnknownKey[];
  unknownInTestsOnly: number;
  scan?: Omit<Scan, 'references' | 'unknown'>;
}

interface Findings {
  stale: StaleItem[];
  archived: ReadonlySet<string>;
  scan: Scan | undefined;
}

const none: References = { places: [], count: { call: 0, quoted: 0, word: 0 } };

export function staleReport({ stale, archived, scan }: Findings): StaleReport {
  if (!scan) return { stale, unknownKeys: [], unknownInTestsOnly: 0 };
  const { references, unknown, ...rest } = scan;
  const inCode = [...unknown].filter(([, { places }]) => places.some(({ file }) => !isTest(file)));
  return {
    stale: stale.map((item) => ({ ...item, references: references.get(item.key) ?? none })),
    unknownKeys: inCode
      .map(([key, { places, count }]): UnknownKey => {
        const state = archived.has(key) ? 'archived' : 'unknown';
        return { key, state, calls: count.call, places: places.filter(({ file }) => !isTest(file)) };
      })
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    unknownInTestsOnly: unknown.size - inCode.length,
    scan: rest,
  };
}

/** How many keys without a flag a person is shown; all are in the JSON. */
const listedKeys = 20;

interface Around {
  flags: number;
  style: Style;
}

export function staleText(
  { stale, unknownKeys, unknownInTestsOnly, scan }: StaleReport,
  { flags, style }: Around,
): string {
  const parts = [`${style.bold(`${stale.length} of ${many(flags, 'flag')} may have had their time`)}`];
  for (const { key, owner, reasons, references } of stale) {
    const rows: [string, string][] = [
      ...reasons.map(({ kind, text }): [string, string] => [kind.replaceAll('_', ' '), text]),
      ...(owner === undefined ? [] : [['owner', owner] as [string, string]]),
    ];
    const lines = columns(rows.map(([name, text]) => [visible(name), visible(text)]));
    parts.push([style.bold(visible(key)), ...lines, ...(references ? placesText(references) : [])].join('\n'));
  }
  if (unknownKeys.length > 0) {
    const rows = unknownKeys
      .slice(0, listedKeys)
      .map(({ key, state, places }): [string, string] => [
        `${key}${state === 'archived' ? ' (archived)' : ''}`,
        places.map(placeText).join(', '),
      ]);
    const more = unknownKeys.length - rows.length;
    const title = style.bold(`${many(unknownKeys.length, 'key')} that code asks for and no flag has`);
    parts.push([title, ...columns(rows), ...(more > 0 ? [`  … and ${more} more (--json)`] : [])].join('\n'));
  }
  if (scan) {
    const { files, by, skipped, limits } = scan;
    const how = by === 'git' ? 'that git knows or would add' : 'found by walking';
    const left = [
      ...(skipped.binary > 0 ? [`${skipped.binary} binary`] : []),
      ...(skipped.link > 0 ? [`${skipped.link} behind links`] : []),
      ...(skipped.unreadable > 0 ? [`${skipped.unreadable} not readable`] : []),
    ];
    const tests = unknownInTestsOnly > 0 ? ` ${unknownInTestsOnly} more such keys are in tests alone.` : '';
    const lookedAt = `Looked at ${many(files, 'text file')} ${how}${left.length > 0 ? `; passed over ${left.join(', ')}` : ''}.${tests}`;
    parts.push([style.dim(lookedAt), ...limits.map((limit) => style.doubtful(`! ${limit}`))].join('\n'));
  }
  return parts.join('\n\n');
}

function placesText({ places, count }: References): string[] {
  const all = count.call + count.quoted + count.word;
  if (all === 0) return ['  no file names it'];
  const more = all - places.length;
  return [...places.map((place) => `  ${placeText(place)}`), ...(more > 0 ? [`  … and ${more} more places`] : [])];
}

const placeText = ({ file, line, how }: Reference) =>
  `${visible(file)}:${line}${how === 'call' ? '' : how === 'quoted' ? ' (quoted)' : ' (word)'}`;
