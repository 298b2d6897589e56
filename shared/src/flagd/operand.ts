import { isRecord } from '../flags/reading.ts';
import type { Scope } from './scope.ts';
import { refuse, type Path } from './unsayable.ts';

export type Constant = string | number | boolean | null;

/** What is compared: a constant, or an attribute with what stands in for it when it is missing. */
export type Operand =
  | { readonly constant: Constant }
  | { readonly attribute: string; readonly missing: Constant; readonly path: Path };

export type Variable = Extract<Operand, { attribute: string }>;

export const attributeOf = (operand: Operand, path: Path): Variable =>
  'attribute' in operand ? operand : refuse(path, 'expected an attribute here ("var")');

export const isConstant = (value: unknown): value is Constant =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** The operator of a JSONLogic expression and its arguments, which stand without a list when there is one. */
export function operationIn(json: unknown, path: Path): { op: string; args: readonly unknown[]; path: Path } {
  const [entry, ...more] = isRecord(json) ? Object.entries(json) : [];
  if (!entry || more.length > 0) refuse(path, 'expected one JSONLogic operation');
  const [op, given] = entry;
  return { op, args: Array.isArray(given) ? (given as unknown[]) : [given], path: [...path, op] };
}

export function readOperand(json: unknown, path: Path, scope: Scope): Operand {
  if (isConstant(json)) return { constant: json };
  const whole = standIn(json);
  if (whole !== undefined) return { attribute: whole, missing: null, path };
  const { op, args, path: at } = operationIn(json, path);
  if (op !== 'var') refuse(at, `"${op}" as a value cannot be said here: only "var" and constants can be compared`);
  return readVariable(args, at, scope);
}

function readVariable([name, fallback = null, ...more]: readonly unknown[], path: Path, scope: Scope): Operand {
  if (typeof name !== 'string' || name === '' || more.length > 0) refuse(path, 'expected the name of an attribute');
  if (name === '$flagd.flagKey') return { constant: scope.flagdKey };
  if (name.startsWith('$flagd')) refuse(path, `"${name}" is not known here: a schedule says what changes when`);
  if (name.includes('.')) refuse(path, `"${name}" reads inside an attribute, and attributes are flat here`);
  if (name.length > 128) refuse(path, 'a name takes at most 128 characters');
  if (!isConstant(fallback)) refuse(path, 'a default that is no constant cannot be said here');
  return { attribute: name, missing: fallback, path };
}

/** `userId` and `targetingKey` stand in for each other with us; this is how that is written in JSONLogic. */
export const standingIn = (name: string, other: string) => ({
  if: [{ var: name }, { var: name }, { var: other }],
});

const known: readonly [string, string][] = [
  ['userId', JSON.stringify(standingIn('userId', 'targetingKey'))],
  ['targetingKey', JSON.stringify(standingIn('targetingKey', 'userId'))],
];

const standIn = (json: unknown) => {
  const text = isRecord(json) && 'if' in json ? JSON.stringify(json) : undefined;
  return known.find(([, written]) => written === text)?.[0];
};
