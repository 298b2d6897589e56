import type { Condition, Rule, Serve } from '../contract/flag-document.ts';
import { refuse, type Path } from './unsayable.ts';

/**
 * A decision: a condition with what follows when it holds and when it does not. Only conditions that hold are ever asked
 * for, never that one does not: a negated condition of ours does not hold for what is missing or unreadable, where flagd's
 * does. Parts are shared; the same object is the same decision.
 */
export type Tree = { readonly serve: Serve } | { readonly test: Condition; readonly yes: Tree; readonly no: Tree };

export const choose = (test: Condition, then: Tree, otherwise: Tree): Tree =>
  then === otherwise ? then : { test, yes: then, no: otherwise };

const mostRules = 500;
const mostConditions = 100;

/** The same decisions as ordered rules: what no rule decides comes to the fallthrough, as what no branch decides does. */
export function rulesOf(whole: Tree, path: Path): { rules: Rule[]; fallthrough: Serve } {
  const tree = simplified(whole, path);
  const last = lastOf(tree);
  const rules: Rule[] = [];

  /** `next` is what decides, in the rules that follow, whatever these leave open. */
  const add = (part: Tree, when: readonly Condition[], next: Tree): void => {
    if (part === next) return;
    if ('test' in part) {
      add(part.yes, [...when, part.test], part.no);
      return add(part.no, when, next);
    }
    if (rules.length === mostRules) refuse(path, tooMany);
    if (when.length > mostConditions) refuse(path, `needs more than ${mostConditions} conditions in one rule`);
    rules.push({ id: `r${rules.length + 1}`, when: [...when], serve: part.serve });
  };
  add(tree, [], last);
  return { rules, fallthrough: last.serve };
}

const tooMany = `needs more than the ${mostRules} rules that a flag may have`;

/** What is looked at to simplify a decision; beyond it, no flag of 500 rules could come out. */
const mostSteps = 100_000;

/** Without what is decided already where it is asked, and with the same decision as the same object wherever it stands. */
function simplified(whole: Tree, path: Path): Tree {
  const known = new Map<string, Tree>();
  const names = new Map<Tree, number>();
  let steps = 0;
  const one = (name: string, tree: Tree): Tree => {
    const before = known.get(name) ?? tree;
    if (before === tree) known.set(name, tree);
    if (!names.has(before)) names.set(before, names.size);
    return before;
  };
  const walk = (tree: Tree, decided: Decided): Tree => {
    if (++steps > mostSteps) refuse(path, tooMany);
    if (!('test' in tree)) return one(JSON.stringify(tree.serve), tree);
    const { test } = tree;
    const answer = answerTo(test, decided);
    if (answer !== undefined) return walk(answer ? tree.yes : tree.no, decided);
    const then = walk(tree.yes, { ...decided, ...learned(test, true) });
    const otherwise = walk(tree.no, { ...decided, ...learned(test, false) });
    if (then === otherwise) return then;
    return one(`${nameOf(test)} ${names.get(then)} ${names.get(otherwise)}`, { test, yes: then, no: otherwise });
  };
  return walk(whole, {});
}

/** Conditions by their JSON, and what is known of each. */
type Decided = Readonly<Record<string, boolean>>;

const nameOf = (test: Condition) => JSON.stringify([test.attribute, test.op, test.values, test.negate ?? false]);
const existenceOf = ({ attribute }: Condition) => nameOf({ attribute, op: 'exists', values: [] });

/** What holds is there. */
const learned = (test: Condition, answer: boolean): Decided => ({
  [nameOf(test)]: answer,
  ...(answer && test.op !== 'exists' && { [existenceOf(test)]: true }),
});

/** What is not there never holds. */
function answerTo(test: Condition, decided: Decided): boolean | undefined {
  const answer = decided[nameOf(test)];
  return answer === undefined && test.op !== 'exists' && decided[existenceOf(test)] === false ? false : answer;
}

function lastOf(tree: Tree): { readonly serve: Serve } {
  return 'test' in tree ? lastOf(tree.no) : tree;
}
