import type { EvaluationContext } from '../contract/flags.ts';

type FirstClass = Exclude<keyof EvaluationContext, 'attributes'>;

const firstClass: ReadonlySet<string> = new Set<FirstClass>([
  'userId',
  'repoId',
  'branch',
  'agent',
  'model',
  'taskType',
  'taskId',
  'orgId',
  'targetingKey',
]);

/** Whether a name stands at the top of a context; any other stands in its `attributes`. */
export const isFirstClass = (name: string): name is FirstClass => firstClass.has(name);

export type ReadAttribute = (context: EvaluationContext) => unknown;

export type ReaderOf = (name: string) => ReadAttribute;

/** Makes the reader of each attribute once, since a large ruleset asks for the same few by the thousand. */
export function sharedReaders(): ReaderOf {
  const readers = new Map<string, ReadAttribute>();
  return (name) => {
    let reader = readers.get(name);
    if (!reader) readers.set(name, (reader = attributeReader(name)));
    return reader;
  };
}

/** How to read one attribute. `undefined` is missing; null counts as missing too. */
export function attributeReader(name: string): ReadAttribute {
  if (name === 'userId') return eitherOf('userId', 'targetingKey');
  if (name === 'targetingKey') return eitherOf('targetingKey', 'userId');
  return isFirstClass(name) ? (context) => topOrFurther(context, name) : (context) => further(context, name);
}

/** userId and targetingKey stand in for each other; an empty one names nobody. */
const eitherOf =
  (name: string, other: string): ReadAttribute =>
  (context) => {
    const value = topOrFurther(context, name);
    return value === undefined || value === '' ? (topOrFurther(context, other) ?? value) : value;
  };

const topOrFurther = (context: EvaluationContext, name: string): unknown =>
  own(context, name) ?? further(context, name);

function further(context: EvaluationContext, name: string): unknown {
  const attributes: unknown = context.attributes;
  return typeof attributes === 'object' && attributes !== null ? own(attributes, name) : undefined;
}

/** An own member, null read as missing. Any object may be asked for any name: what it lacks is undefined. */
function own(holder: object, name: string): unknown {
  return Object.hasOwn(holder, name) ? ((holder as Record<string, unknown>)[name] ?? undefined) : undefined;
}
