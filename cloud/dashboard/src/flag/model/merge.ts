import type { Rule } from '@whetstone/shared/contract';
import type { FlagDocument } from './document.ts';
import { sameJson } from './json.ts';

export interface MergeRow {
  /** `enabled`, `rules/<id>`, `variants/<name>` … */
  place: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
  /** Who changed it; `both` agree, in a `clash` they do not. */
  by: 'mine' | 'theirs' | 'both' | 'clash';
}

export interface Merge<T> {
  rows: MergeRow[];
  /** Their version with my changes on top: where both changed one thing, mine. */
  rebased: T;
}

/** The parts of a document that are compared one by one, each by its place. */
export type Members = Map<string, unknown>;

/** What two people made of one version. Rules are compared one by one by id, variants by name, the rest by field. */
export function mergeOf(base: FlagDocument, mine: FlagDocument, theirs: FlagDocument): Merge<FlagDocument> {
  const { rows, rebased } = mergeMembers(membersOf(base), membersOf(mine), membersOf(theirs));
  return { rows, rebased: assembled(rebased, { base, mine, theirs }) };
}

export function mergeMembers(base: Members, mine: Members, theirs: Members): Merge<Members> {
  const rows: MergeRow[] = [];
  const rebased: Members = new Map();
  for (const place of new Set([...theirs.keys(), ...mine.keys(), ...base.keys()])) {
    const row = { place, base: base.get(place), mine: mine.get(place), theirs: theirs.get(place) };
    const by = changedBy(row);
    if (by) rows.push({ ...row, by });
    const value = by === 'mine' || by === 'clash' ? row.mine : row.theirs;
    if (value !== undefined) rebased.set(place, value);
  }
  return { rows, rebased };
}

function changedBy({ base, mine, theirs }: Omit<MergeRow, 'by'>): MergeRow['by'] | undefined {
  const [here, there] = [!sameJson(base, mine), !sameJson(base, theirs)];
  if (here && there) return sameJson(mine, theirs) ? 'both' : 'clash';
  return here ? 'mine' : there ? 'theirs' : undefined;
}

const rulePrefix = 'rules/';
const variantPrefix = 'variants/';

function membersOf({ rules, variants, ...fields }: FlagDocument): Members {
  return new Map<string, unknown>([
    ...Object.entries(fields).filter(([, value]) => value !== undefined),
    ...Object.entries(variants).map(([name, value]): [string, unknown] => [variantPrefix + name, value]),
    ...rules.map((rule): [string, unknown] => [rulePrefix + rule.id, rule]),
  ]);
}

/** The members as one document again. The casts hold since each value comes from the same place of a document. */
function assembled(
  members: Members,
  all: { base: FlagDocument; mine: FlagDocument; theirs: FlagDocument },
): FlagDocument {
  const fields: Record<string, unknown> = {};
  const variants: Record<string, unknown> = {};
  const rules = new Map<string, Rule>();
  for (const [place, value] of members) {
    if (place.startsWith(rulePrefix)) rules.set(place.slice(rulePrefix.length), value as Rule);
    else if (place.startsWith(variantPrefix)) variants[place.slice(variantPrefix.length)] = value;
    else fields[place] = value;
  }
  return { ...fields, variants, rules: ordered(rules, all) } as FlagDocument;
}

/** In their order, unless I alone put the rules in another; rules that order lacks come where they stood beside their neighbour. */
function ordered(
  rules: Map<string, Rule>,
  all: { base: FlagDocument; mine: FlagDocument; theirs: FlagDocument },
): Rule[] {
  const ids = (document: FlagDocument) => document.rules.map(({ id }) => id);
  const [base, mine, theirs] = [ids(all.base), ids(all.mine), ids(all.theirs)];
  const common = (order: string[]) =>
    order.filter((id) => base.includes(id) && mine.includes(id) && theirs.includes(id));
  const mineLeads = !sameJson(common(base), common(mine));
  const [lead, other] = mineLeads ? [mine, theirs] : [theirs, mine];
  const order = lead.filter((id) => rules.has(id));
  other.forEach((id, i) => {
    if (!rules.has(id) || order.includes(id)) return;
    const before = other.slice(0, i).findLast((earlier) => order.includes(earlier));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
  });
  return order.flatMap((id) => rules.get(id) ?? []);
}
