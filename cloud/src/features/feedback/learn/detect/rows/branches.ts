import { gained, lost, type Change, type Part } from '../change.ts';
import { type Detector, seenInAgents, seenInPersons } from '../detector.ts';
import { ancestor, childOf, functions, ifs, isGuard, textOf, type Node } from '../tree.ts';

const branches = ['if_statement', 'elif_clause', 'else_clause', 'switch_case', 'case_clause'];
const anyIf = { kinds: ['if_statement', 'ternary_expression', 'conditional_expression'] };
const isNested = (node: Node) => ancestor(node, 'if_statement', 'else_clause') !== undefined;

/** Branches that wrapped code, of which now some leave early. */
function flattened(part: Part, change: Change) {
  const guards = part.human.nodes(ifs).filter(isGuard);
  const old = part.agent.nodes(ifs);
  const oldGuards = old.filter((node) => isGuard(node) && !isNested(node));
  if (guards.length <= oldGuards.length) return undefined;
  const wrapping = lost(
    change,
    part,
    { kinds: ifs, is: (node) => !isGuard(node) || isNested(node) },
    { kinds: ifs, is: (node) => !isGuard(node) },
  );
  const agent = wrapping[0];
  return agent ? { agent, human: guards[0] } : undefined;
}

const takesParameters = (node: Node) => {
  const parameters = childOf(node, 'formal_parameters', 'parameters');
  return parameters !== undefined && parameters.children.length > 2 && node.endLine > node.line;
};

export const branchDetectors: Detector[] = [
  {
    id: 'guard-added',
    languages: 'both',
    title: 'A check that leaves early was added',
    guidance: 'Handle the missing, empty or invalid value first, and leave before it is used.',
    see: (part, change) =>
      flattened(part, change) ? [] : seenInPersons(gained(change, part, { kinds: ifs, is: isGuard }, { kinds: ifs })),
    couldBe: { kinds: functions, is: takesParameters },
  },
  {
    id: 'branch-removed',
    languages: 'both',
    title: 'A branch was taken out',
    guidance: 'Leave out branches for cases that cannot happen; trust what types and callers guarantee.',
    see: (part, change) =>
      seenInAgents(
        lost(
          change,
          part,
          { kinds: branches, key: (node) => (node.kind === 'if_statement' ? 'if' : node.kind) },
          {
            kinds: [...branches, ...anyIf.kinds],
          },
        ).filter(
          (node) =>
            change.agent.alone[node.line] &&
            !(
              node.kind === 'else_clause' &&
              ancestor(node, 'if_statement') &&
              change.agent.changed[ancestor(node, 'if_statement')?.line ?? 0]
            ),
        ),
      ),
    couldBe: { kinds: branches },
  },
  {
    id: 'early-return',
    languages: 'both',
    title: 'Nested branches became early returns',
    guidance: 'Return early instead of nesting; no else after a return.',
    see: (part, change) => {
      const seen = flattened(part, change);
      return seen ? [seen] : [];
    },
    couldBe: {
      kinds: ifs,
      is: (node) => !isGuard(node) && (isNested(node) || childOf(node, 'else_clause') !== undefined),
    },
  },
  {
    id: 'condition-changed',
    languages: 'both',
    title: 'A comparison or a negation was changed',
    guidance: 'Check the limits of a condition: first, last, equal, and its negation.',
    see: (part, change) => {
      if (flattened(part, change) || part.agent.nodes(['assert_statement']).length > 0) return [];
      const comparing = new Set(['<', '>', '<=', '>=', '!', 'not', '&&', '||', 'and', 'or', '===', '!==', '==', '!=']);
      const same = (text: string) => text.replace('===', '==').replace('!==', '!=');
      const hit = part.edits().some(({ lost: gone, gained: come }) => {
        if (gone.length + come.length > 2 || gone.length + come.length === 0) return false;
        if (![...gone, ...come].every((token) => comparing.has(token.text))) return false;
        return same(gone[0]?.text ?? '') !== same(come[0]?.text ?? '');
      });
      if (!hit) return [];
      const kinds = [
        'binary_expression',
        'comparison_operator',
        'unary_expression',
        'not_operator',
        'boolean_operator',
      ];
      const agent = part.agent.nodes(kinds)[0];
      const human = part.human.nodes(kinds)[0];
      return (agent ?? human) ? [{ agent, human }] : [];
    },
    couldBe: {
      kinds: ['binary_expression', 'comparison_operator'],
      is: (node) => /^(?:[<>]=?|[!=]==?)$/.test(textOf(node.children[1])),
    },
  },
];
