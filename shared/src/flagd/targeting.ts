import { isRecord } from '../flags/reading.ts';
import { branch } from './condition.ts';
import { fractional } from './fractional.ts';
import { isConstant, operationIn } from './operand.ts';
import { resolved, type Scope } from './scope.ts';
import type { Tree } from './tree.ts';
import { refuse, type Path } from './unsayable.ts';

/** What a targeting of flagd decides: a variant by its name, a split, or nothing, which is the default variant. */
export function outcome(given: unknown, givenPath: Path, scope: Scope): Tree {
  const { json, path } = resolved(given, givenPath, scope);
  if (json === null) return scope.variant(scope.defaultVariant, path);
  if (typeof json === 'string' || typeof json === 'boolean') return scope.variant(String(json), path);
  if (isConstant(json)) return refuse(path, 'expected the name of a variant');
  const { op, args, path: at } = operationIn(json, path);
  if (op === 'if') {
    if (args.length < 2) refuse(at, 'expected a condition and what follows');
    const decide = (i: number): Tree => {
      if (i >= args.length) return scope.variant(scope.defaultVariant, at);
      if (i === args.length - 1) return outcome(args[i], [...at, i], scope);
      return branch(args[i], [...at, i], scope, outcome(args[i + 1], [...at, i + 1], scope), decide(i + 2));
    };
    return decide(0);
  }
  if (op === 'fractional') return fractional(args, at, scope);
  if (!isAnswer(json)) refuse(at, `what "${op}" gives is no name of a variant that can be foreseen`);
  return branch(json, path, scope, scope.variant('true', path), scope.variant('false', path));
}

const answers = new Set(['==', '===', '!=', '!==', '<', '<=', '>', '>=', 'in', '!', '!!']);

/** Whether it gives true or false and nothing else: flagd takes these for the names of variants. */
function isAnswer(json: unknown): boolean {
  const [entry] = isRecord(json) ? Object.entries(json) : [];
  if (!entry) return typeof json === 'boolean';
  const [op, args] = entry;
  if (op === 'and' || op === 'or') return Array.isArray(args) && args.length > 0 && args.every(isAnswer);
  return answers.has(op);
}
