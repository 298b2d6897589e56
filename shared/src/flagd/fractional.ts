import type { Serve } from '../contract/flag-document.ts';
import { isRecord } from '../flags/reading.ts';
import { murmur3 } from '../flags/murmur3.ts';
import { operationIn, readOperand } from './operand.ts';
import type { Scope } from './scope.ts';
import { choose, type Tree } from './tree.ts';
import { refuse, type Path } from './unsayable.ts';

interface Share {
  variant: string;
  weight: number;
}

/** What is hashed: a fixed text, then the text of an attribute. */
interface Seeded {
  salt: string;
  /** None when nothing depends on who asks. */
  by: string | undefined;
  /** Whether a missing attribute is hashed as an empty text; else it gets the default variant. */
  hashesMissing: boolean;
}

/** flagd takes no larger sum of weights. */
const mostWeight = 2 ** 31 - 1;
const mostOfOurs = 10_000;

/** A split by flagd's own hash and borders, which are kept exactly. */
export function fractional(args: readonly unknown[], path: Path, scope: Scope): Tree {
  const isBare = Array.isArray(args[0]);
  const seeded: Seeded = isBare
    ? { salt: scope.flagdKey, by: 'targetingKey', hashesMissing: false }
    : seededBy(args[0], [...path, 0], scope);
  const shares = (isBare ? args : args.slice(1)).map((entry, i) =>
    shareIn(entry, [...path, isBare ? i : i + 1], scope),
  );
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  const none = scope.variant(scope.defaultVariant, path);
  if (total === 0 || total > mostWeight) return none;

  const byHash = (text: string) => {
    const bucket = (BigInt(murmur3(text)) * BigInt(total)) >> 32n;
    let sum = 0n;
    const share = shares.find(({ weight }) => (sum += BigInt(weight)) > bucket);
    return scope.variant(share!.variant, path);
  };
  const { salt, by } = seeded;
  if (by === undefined) return byHash(salt);

  const divisor = shares.reduce((sum, { weight }) => commonDivisor(sum, weight), 0);
  if (total / divisor > mostOfOurs) {
    refuse(
      path,
      `the weights sum to ${total / divisor} in their lowest terms; a split here takes at most ${mostOfOurs}`,
    );
  }
  scope.takeSalt(salt, path);
  const split = shares.map(({ variant, weight }) => ({ variant, weight: weight / divisor }));
  const serve: Serve = { split, by, hash: 'flagd' };
  const missing = seeded.hashesMissing ? byHash(salt) : none;
  return choose({ attribute: by, op: 'exists', values: [] }, { serve }, missing);
}

function seededBy(json: unknown, path: Path, scope: Scope): Seeded {
  if (typeof json === 'string') return { salt: json, by: undefined, hashesMissing: true };
  if (!isRecord(json) || !('cat' in json)) {
    const operand = readOperand(json, path, scope);
    if ('constant' in operand) {
      if (typeof operand.constant !== 'string') refuse(path, 'expected text to bucket by');
      return { salt: operand.constant, by: undefined, hashesMissing: true };
    }
    if (operand.missing !== null) refuse(path, 'a default of what is bucketed by cannot be said here');
    return { salt: '', by: operand.attribute, hashesMissing: false };
  }
  const { args, path: at } = operationIn(json, path);
  const parts = args.map((part, i) => readOperand(part, [...at, i], scope));
  const place = parts.findIndex((part) => 'attribute' in part);
  const fixed = place === -1 ? parts : parts.slice(0, place);
  if (place !== -1 && place !== parts.length - 1) {
    refuse(at, 'only a fixed text followed by one attribute can be hashed here');
  }
  const salt = fixed
    .map((part) => ('constant' in part && part.constant !== null ? String(part.constant) : ''))
    .join('');
  const last = place === -1 ? undefined : parts[place];
  if (last && 'attribute' in last && last.missing !== null)
    refuse(at, 'a default of what is bucketed by cannot be said here');
  return { salt, by: last && 'attribute' in last ? last.attribute : undefined, hashesMissing: true };
}

function shareIn(entry: unknown, path: Path, scope: Scope): Share {
  if (!Array.isArray(entry) || entry.length < 1 || entry.length > 2) {
    return refuse(path, 'expected a variant and, if not 1, its weight');
  }
  const [name, weight = 1] = entry as unknown[];
  if (typeof weight !== 'number' || !Number.isInteger(weight)) {
    return refuse([...path, 1], 'expected an integer: a weight that is worked out cannot be said here');
  }
  const variant = name === null ? scope.defaultVariant : typeof name === 'boolean' ? String(name) : name;
  if (typeof variant !== 'string') return refuse([...path, 0], 'a variant that is worked out cannot be said here');
  scope.variant(variant, [...path, 0]);
  return { variant, weight: Math.max(0, weight) };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
