export interface TypedFlag {
  key: string;
  description: string | undefined;
  /** As declared. */
  type: string | undefined;
  /** Of its variants. */
  values: readonly unknown[];
}

/** The text of a module with the keys of flags and the types of their values; the same for the same flags in any order. */
export function flagModule(flags: readonly TypedFlag[]): string {
  const sorted = new Map(flags.map((flag): [string, TypedFlag] => [flag.key, flag]).sort(byName));
  const members = [...sorted.values()].map((flag) => `${comment(flag)}  ${memberName(flag.key)}: ${valueType(flag)};`);
  return `// Made by \`whetstone-mcp flag types\`. Do not edit: make it again when flags change.
import type { CallOptions, FlagAnswer, FlagContext, Whetstone } from 'whetstone-mcp/cloud-client';

/** What each flag serves. */
export interface FlagValues {
${members.join('\n')}
}

export type FlagKey = keyof FlagValues;

export type TypedAnswer<K extends FlagKey> = Omit<FlagAnswer, 'key' | 'value'> & { key: K; value: FlagValues[K] };

export interface TypedFlags {
  evaluateFlag(key: FlagKey, context?: FlagContext, defaultValue?: boolean, options?: CallOptions): Promise<boolean>;
  /** The default is of the flag's type, too: it is the value when no flag decides. */
  evaluateFlagDetails<K extends FlagKey>(
    key: K,
    context: FlagContext | undefined,
    defaultValue: FlagValues[K],
    options?: CallOptions,
  ): Promise<TypedAnswer<K>>;
}

/** The functions of the client library, held to the flags there are. */
export const typedFlags = (flags: Pick<Whetstone, 'evaluateFlag' | 'evaluateFlagDetails'>): TypedFlags =>
  flags as TypedFlags;
`;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);

/** One line of what the flag is for. Whoever wrote it must not be able to end the comment. */
function comment({ description }: TypedFlag) {
  const text = description
    ?.replaceAll('*/', '* /')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  return text ? `  /** ${text.slice(0, 200)} */\n` : '';
}

function valueType({ type, values }: TypedFlag): string {
  if (type === 'boolean' || type === 'number') return type;
  const isText = values.every((value) => typeof value === 'string');
  if (isText && values.length > 0 && type !== 'json') return union(values.map((value) => JSON.stringify(value)));
  if (type === 'string') return 'string';
  return union(values.map((value) => shapeOf(value, 0)));
}

/** Deeper than this a value is `unknown`. */
const deepest = 8;

/** What a JSON value looks like: members by name, elements together, texts and numbers by kind. */
function shapeOf(value: unknown, depth: number): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (depth === deepest) return 'unknown';
  if (Array.isArray(value)) {
    if (value.length === 0) return 'never[]';
    const element = union(value.map((item) => shapeOf(item, depth + 1)));
    return element.includes(' | ') ? `(${element})[]` : `${element}[]`;
  }
  const members = Object.entries(value).sort(byName);
  if (members.length === 0) return 'Record<string, never>';
  return `{ ${members.map(([name, member]) => `${memberName(name)}: ${shapeOf(member, depth + 1)}`).join('; ')} }`;
}

const memberName = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

const union = (types: readonly string[]) => [...new Set(types)].sort().join(' | ') || 'never';
