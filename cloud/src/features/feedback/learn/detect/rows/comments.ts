import { keyOf } from '../../lines.ts';
import type { Change, Part } from '../change.ts';
import { type Detector, losing, seenInAgents, seenInPersons } from '../detector.ts';
import { ancestor, bodyOf, functions, textOf, type Node } from '../tree.ts';

const suppression =
  /@ts-(?:ignore|expect-error|nocheck)|(?:eslint|oxlint|tslint)-disable|biome-ignore|type:\s*ignore|#\s*noqa|pylint:\s*disable|pragma:\s*no cover|istanbul ignore/i;
const isSuppression = (node: Node) => suppression.test(textOf(node));
const isRemark = (node: Node) => !isSuppression(node);
const remark = { kinds: ['comment'], is: isRemark };

/** Their blocks: several comments of one place are one. */
function remarksOf(part: Part, change: Change) {
  const agent = part.agent.nodes(['comment']).filter(isRemark);
  const human = part.human.nodes(['comment']).filter(isRemark);
  if (agent.length + human.length === 0) return { agent, human, removed: [], added: [] };
  const codeIsSame = keyOf(codeOf(part.agent.tokens())) === keyOf(codeOf(part.human.tokens()));
  return {
    agent,
    human,
    removed: human.length === 0 ? agent.filter((node) => codeIsSame || change.agent.alone[node.line]) : [],
    added: agent.length === 0 ? human.filter((node) => codeIsSame || change.human.alone[node.line]) : [],
  };
}
const codeOf = (tokens: { text: string }[]) => tokens.map((token) => token.text).join('');

/** Not what went or came with the code that it speaks of. */
const standsAlone = (node: Node, changed: Uint8Array, lines: readonly string[]) => {
  const scope = ancestor(node, 'statement_block', 'block', 'program', 'module', 'class_body');
  const next = scope?.children.find((child) => child.from > node.to && child.kind !== 'comment');
  if (!next || next.kind === '}') return !ancestor(node, 'catch_clause', 'except_clause');
  if (!changed[next.line]) return true;
  // The statement after it went too, but it is a small one such as a print.
  return next.line === next.endLine && (lines[next.line]?.length ?? 0) < 200 && next.kind === 'expression_statement';
};

const isDocstring = (node: Node) => {
  const { parent } = node;
  const owner = parent?.parent;
  return (
    parent?.kind === 'expression_statement' &&
    (owner?.kind === 'block' || owner?.kind === 'module') &&
    owner.children.find((child) => child.kind !== 'comment') === parent
  );
};
const docstring = { kinds: ['string'], is: isDocstring };

export const commentDetectors: Detector[] = [
  {
    id: 'comment-removed',
    languages: 'both',
    title: 'A comment was taken out',
    guidance: 'Do not narrate the code in comments; write one only where the reason cannot be seen from the code.',
    see: (part, change) =>
      seenInAgents(
        remarksOf(part, change).removed.filter((node) => standsAlone(node, change.agent.changed, change.agent.lines)),
      ),
    couldBe: remark,
  },
  {
    id: 'comment-added',
    languages: 'both',
    title: 'A comment was added',
    guidance: 'Say in a comment why a surprising line is as it is.',
    see: (part, change) =>
      seenInPersons(
        remarksOf(part, change).added.filter((node) => standsAlone(node, change.human.changed, change.human.lines)),
      ),
    couldBe: { kinds: functions, is: (node) => bodyOf(node).length > 2 },
  },
  {
    id: 'comment-reworded',
    languages: 'both',
    title: 'A comment was reworded',
    guidance: 'Let a comment give the reason or the trap, not what the next line does.',
    see: (part, change) => {
      const { agent, human } = remarksOf(part, change);
      const isNew = (node: Node) => !agent.some((old) => keyOf(textOf(old)) === keyOf(textOf(node)));
      const said = human.filter(isNew);
      return agent
        .filter((old) => !human.some((node) => keyOf(textOf(old)) === keyOf(textOf(node))))
        .slice(0, said.length)
        .map((node, at) => ({ agent: node, human: said[at] }));
    },
    couldBe: remark,
  },
  {
    id: 'suppression-removed',
    languages: 'both',
    title: 'A comment that silences a checker was taken out',
    guidance: 'Fix what the type checker or linter reports instead of silencing it with a comment.',
    see: losing({ kinds: ['comment'], is: isSuppression }),
    couldBe: { kinds: ['comment'], is: isSuppression },
  },
  {
    id: 'docstring-removed',
    languages: 'python',
    title: 'A docstring was taken out',
    guidance: 'Leave out docstrings that only repeat the name and the parameters.',
    see: losing(docstring),
    couldBe: docstring,
  },
  {
    id: 'docstring-reworded',
    languages: 'python',
    title: 'A docstring was reworded',
    guidance: 'Let a docstring say what the name cannot, in one line.',
    see: (part) => {
      const now = part.human.nodes(['string']).filter(isDocstring);
      return part.agent
        .nodes(['string'])
        .filter(isDocstring)
        .slice(0, now.length)
        .map((agent, at) => ({ agent, human: now[at] }))
        .filter((pair) => keyOf(textOf(pair.agent)) !== keyOf(textOf(pair.human)));
    },
    couldBe: docstring,
  },
];
