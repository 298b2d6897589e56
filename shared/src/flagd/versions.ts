import type { Condition } from '../contract/flag-document.ts';
import { attributeOf, readOperand } from './operand.ts';
import type { Scope } from './scope.ts';
import { choose, type Tree } from './tree.ts';
import { refuse, type Path } from './unsayable.ts';

const operators = { '=': 'semverEq', '<': 'semverLt', '<=': 'semverLte', '>': 'semverGt', '>=': 'semverGte' } as const;

/** What flagd takes for a version: the whole of it, or "1" and "1.2"; a "v" before it is dropped. */
const shape = /^(\d+)(?:\.(\d+)(?:\.(\d+)([-+].*)?)?)?$/;

/** Whatever is no version fits nothing, as with us. */
export function semverBranches(args: readonly unknown[], path: Path, scope: Scope, then: Tree, otherwise: Tree): Tree {
  if (args.length !== 3) refuse(path, 'expected an attribute, an operator and a version');
  const { attribute, missing } = attributeOf(readOperand(args[0], [...path, 0], scope), [...path, 0]);
  if (missing !== null) refuse([...path, 0], 'a default of a version cannot be said here');
  const [op, given] = [args[1], args[2]];
  const found = typeof given === 'string' ? shape.exec(given.replace(/^[vV]/, '')) : null;
  if (!found) return refuse([...path, 2], 'expected a version such as "1.2.3"');
  const [, major = '0', minor = '0', patch = '0', rest = ''] = found;
  const version = `${major}.${minor}.${patch}${rest}`;
  const is = (how: Condition['op'], value: string, negate = false): Condition => ({
    attribute,
    op: how,
    values: [value],
    ...(negate && { negate }),
  });
  // From the lowest pre-release of one version to below that of the next.
  const within = (from: string, to: string) =>
    choose(is('semverGte', `${from}-0`), choose(is('semverLt', `${to}-0`), then, otherwise), otherwise);
  if (op === '!=') return choose(is('semverEq', version, true), then, otherwise);
  if (op === '^') return within(`${major}.0.0`, `${next(major)}.0.0`);
  if (op === '~') return within(`${major}.${minor}.0`, `${major}.${next(minor)}.0`);
  if (typeof op !== 'string' || !Object.hasOwn(operators, op))
    return refuse([...path, 1], `no operator of versions: ${JSON.stringify(op)}`);
  return choose(is(operators[op as keyof typeof operators], version), then, otherwise);
}

const next = (number: string) => String(BigInt(number) + 1n);
