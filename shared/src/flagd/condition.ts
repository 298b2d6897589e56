import type { Condition } from '../contract/flag-document.ts';
import { isRecord } from '../flags/reading.ts';
import {
  attributeOf,
  isConstant,
  operationIn,
  readOperand,
  type Constant,
  type Operand,
  type Variable,
} from './operand.ts';
import { resolved, type Scope } from './scope.ts';
import { choose, type Tree } from './tree.ts';
import { refuse, type Path } from './unsayable.ts';
import { semverBranches } from './versions.ts';

/** The decision between two others by a JSONLogic condition, with flagd's meaning for whatever is missing. */
export function branch(given: unknown, givenPath: Path, scope: Scope, then: Tree, otherwise: Tree): Tree {
  const { json, path } = resolved(given, givenPath, scope);
  if (isConstant(json)) return json ? then : otherwise;
  const { op, args, path: at } = operationIn(json, path);
  const argument = (i: number): [unknown, Path] => [args[i], [...at, i]];
  const go = (i: number, yes: Tree, no: Tree) => branch(...argument(i), scope, yes, no);
  switch (op) {
    case '!':
      return go(0, otherwise, then);
    case '!!':
      return go(0, then, otherwise);
    case 'and':
      return args.reduceRight<Tree>((rest, _, i) => go(i, rest, otherwise), then);
    case 'or':
      return args.reduceRight<Tree>((rest, _, i) => go(i, then, rest), otherwise);
    case 'if':
      if (args.length !== 3) refuse(at, 'an "if" inside a condition needs three parts here');
      return go(0, go(1, then, otherwise), go(2, then, otherwise));
    case 'var':
      return truthy(readOperand(json, path, scope), then, otherwise);
    case '==':
    case '===':
      return equality(operands(args, at, scope), op, at, then, otherwise);
    case '!=':
    case '!==':
      return equality(operands(args, at, scope), op === '!=' ? '==' : '===', at, otherwise, then);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(op, args, at, scope, then, otherwise);
    case 'in':
      return membership(args, at, scope, then, otherwise);
    case 'starts_with':
    case 'ends_with':
      return affix(op, args, at, scope, then, otherwise);
    case 'sem_ver':
      return semverBranches(args, at, scope, then, otherwise);
    default:
      return refuse(at, `"${op}" cannot be said as a condition here`);
  }
}

const exists = (attribute: string): Condition => ({ attribute, op: 'exists', values: [] });

/** `missing` says what flagd makes of an attribute that is not there. */
function ask(test: Condition, missing: boolean, then: Tree, otherwise: Tree): Tree {
  const asked = choose(test, then, otherwise);
  return missing ? choose(exists(test.attribute), asked, then) : asked;
}

/** As text, as everywhere: 0 and "0" are one, and so are false and "false". */
function truthy(operand: Operand, then: Tree, otherwise: Tree): Tree {
  if ('constant' in operand) return operand.constant ? then : otherwise;
  const { attribute, missing } = operand;
  const falsy: Condition = { attribute, op: 'in', values: ['', '0', 'false'] };
  return choose(exists(attribute), choose(falsy, otherwise, then), missing ? then : otherwise);
}

function operands(args: readonly unknown[], path: Path, scope: Scope): [Operand, Operand] {
  if (args.length !== 2) refuse(path, 'expected two values');
  return [readOperand(args[0], [...path, 0], scope), readOperand(args[1], [...path, 1], scope)];
}

function equality([a, b]: [Operand, Operand], op: '==' | '===', path: Path, then: Tree, otherwise: Tree): Tree {
  if ('constant' in a && 'constant' in b) return areEqual(a.constant, b.constant, op, path) ? then : otherwise;
  const [variable, other] = 'attribute' in a ? [a, b] : [b as Variable, a];
  if (!('constant' in other)) return refuse(path, 'two attributes cannot be compared with each other here');
  const { attribute, missing } = variable;
  const { constant } = other;
  if (constant === null) {
    if (missing !== null) refuse(path, 'what this says of null cannot be said here');
    return choose(exists(attribute), otherwise, then);
  }
  if (constant === '' && op === '==') refuse(path, 'equality with an empty text cannot be said here');
  const test: Condition = { attribute, op: 'in', values: [constant] };
  return ask(test, areEqual(missing, constant, op, path), then, otherwise);
}

/** As flagd's engine has it, to which a missing attribute is loosely equal to 0 and to false. */
function areEqual(a: Constant, b: Constant, op: '==' | '===', path: Path): boolean {
  if (op === '===' || typeof a === typeof b) return a === b;
  if (a !== null && b !== null) refuse(path, 'constants of different types cannot be compared here');
  const other = a ?? b;
  return other === 0 || other === false;
}

const numeric = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;
const turned = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
const compare = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
};

/** With three values, the middle one lies between the others. */
function order(
  op: keyof typeof numeric,
  args: readonly unknown[],
  path: Path,
  scope: Scope,
  then: Tree,
  otherwise: Tree,
): Tree {
  const read = args.map((json, i) => readOperand(json, [...path, i], scope));
  const pair = (i: number, yes: Tree): Tree => {
    const [a, b] = [read[i], read[i + 1]];
    if (!a || !b) return refuse(path, 'expected two or three values');
    const [variable, constant, how] = 'attribute' in a ? ([a, b, op] as const) : ([b, a, turned[op]] as const);
    if (!('attribute' in variable) || !('constant' in constant) || typeof constant.constant !== 'number') {
      return refuse(path, 'expected an attribute and a number');
    }
    const { attribute, missing } = variable;
    if (missing !== null && typeof missing !== 'number')
      refuse(path, 'a default that is no number cannot be said here');
    const isMissingIn = compare[how](missing ?? 0, constant.constant);
    return ask({ attribute, op: numeric[how], values: [constant.constant] }, isMissingIn, yes, otherwise);
  };
  if (args.length !== 2 && args.length !== 3) refuse(path, 'expected two or three values');
  return args.length === 2 ? pair(0, then) : pair(0, pair(1, then));
}

/** In a list, or in a text. */
function membership(args: readonly unknown[], path: Path, scope: Scope, then: Tree, otherwise: Tree): Tree {
  const [needle, haystack] = args;
  if (args.length !== 2) refuse(path, 'expected two values');
  if (Array.isArray(haystack)) {
    const { attribute, missing } = attributeOf(readOperand(needle, [...path, 0], scope), [...path, 0]);
    const values = haystack.map((value: unknown, i) => scalarAt(value, [...path, 1, i]));
    const isMissingIn = missing !== null && values.includes(missing);
    // 5 and "5" are one with us.
    const distinct = [...new Map(values.map((value) => [String(value), value])).values()];
    return ask({ attribute, op: 'in', values: distinct }, isMissingIn, then, otherwise);
  }
  if (!isRecord(haystack)) refuse([...path, 1], 'a part of a fixed text cannot be said here');
  const text = readOperand(needle, [...path, 0], scope);
  if (!('constant' in text) || typeof text.constant !== 'string' || text.constant === '') {
    return refuse([...path, 0], 'expected a text that is not empty');
  }
  const { attribute, missing } = attributeOf(readOperand(haystack, [...path, 1], scope), [...path, 1]);
  const isMissingIn = typeof missing === 'string' && missing.includes(text.constant);
  return ask({ attribute, op: 'contains', values: [text.constant] }, isMissingIn, then, otherwise);
}

const scalarAt = (value: unknown, path: Path) =>
  isConstant(value) && value !== null ? value : refuse(path, 'expected text, a number or a boolean');

function affix(
  op: 'starts_with' | 'ends_with',
  args: readonly unknown[],
  path: Path,
  scope: Scope,
  then: Tree,
  otherwise: Tree,
): Tree {
  if (args.length !== 2) refuse(path, 'expected two values');
  const { attribute, missing } = attributeOf(readOperand(args[0], [...path, 0], scope), [...path, 0]);
  const text = readOperand(args[1], [...path, 1], scope);
  if (!('constant' in text) || typeof text.constant !== 'string' || text.constant === '') {
    return refuse([...path, 1], 'expected a text that is not empty');
  }
  const isMissingIn =
    typeof missing === 'string' &&
    (op === 'starts_with' ? missing.startsWith(text.constant) : missing.endsWith(text.constant));
  const ours = op === 'starts_with' ? 'startsWith' : 'endsWith';
  return ask({ attribute, op: ours, values: [text.constant] }, isMissingIn, then, otherwise);
}
