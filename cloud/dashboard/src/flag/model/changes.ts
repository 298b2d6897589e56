import type { Change } from '@whetstone/shared/contract';
import { jsonText } from './json.ts';

export interface ChangeRow {
  kind: 'added' | 'removed' | 'changed';
  /** The place in words, from the outside in: ["rule hard-tasks", "serve", "coverage"]. */
  place: string[];
  before: string | undefined;
  after: string | undefined;
}

/** For a diff that a person reads. The documents give the names of what a pointer only counts. */
export function changeRows(changes: readonly Change[], before: unknown, after: unknown): ChangeRow[] {
  return changes.map((change) => {
    const kind =
      !('before' in change) || change.before === undefined
        ? 'added'
        : !('after' in change) || change.after === undefined
          ? 'removed'
          : 'changed';
    return {
      kind,
      place: placeOf(change.path, kind === 'removed' ? before : after),
      before: kind === 'added' ? undefined : show(change.before),
      after: kind === 'removed' ? undefined : show(change.after),
    };
  });
}

/** RFC 6901: `~1` is a slash, `~0` a tilde. */
const partsOf = (pointer: string): string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const singular: Readonly<Record<string, string>> = {
  rules: 'rule',
  when: 'condition',
  split: 'share',
  prerequisites: 'prerequisite',
  overrides: 'override',
  schedule: 'scheduled change',
  steps: 'step',
  values: 'value',
  variants: 'variant',
};

function placeOf(pointer: string, document: unknown): string[] {
  const place: string[] = [];
  let holder: unknown = document;
  let list: string | undefined;
  for (const part of partsOf(pointer)) {
    if (part === '#order') {
      place.push('order');
      break;
    }
    const item: unknown = memberOf(holder, part);
    const single = list === undefined ? undefined : singular[list];
    if (single !== undefined) {
      place.pop();
      place.push(`${single} ${nameOf(item) ?? (/^\d+$/.test(part) ? `${Number(part) + 1}` : part)}`);
      list = undefined;
    } else place.push(part);
    list = Array.isArray(item) || part === 'variants' ? part : undefined;
    holder = item;
  }
  return place.length === 0 ? ['the whole flag'] : place;
}

/** A pointer of ours names an item of a list by its id where the items have some. */
const memberOf = (holder: unknown, name: string): unknown =>
  Array.isArray(holder)
    ? (holder.find((item) => memberOf(item, 'id') === name) ?? holder[Number(name)])
    : typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
      ? (holder as Record<string, unknown>)[name]
      : undefined;

/** How people know an item of a list. */
function nameOf(item: unknown): string | undefined {
  for (const member of ['id', 'variant', 'flag', 'at', 'attribute']) {
    const found = memberOf(item, member);
    if (typeof found === 'string') return found;
  }
  return undefined;
}

const show = (value: unknown): string => (typeof value === 'string' ? value : jsonText(value));
