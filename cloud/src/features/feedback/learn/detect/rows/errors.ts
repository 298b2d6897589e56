import { gained, kept, lost, type Change, type Part } from '../change.ts';
import { type Detector, gaining, losing, seenInAgents, seenInPersons, type Sighting } from '../detector.ts';
import { argumentsOf, bodyOf, calls, childOf, functions, textOf, withKinds, type Node } from '../tree.ts';

const handlers = ['catch_clause', 'except_clause'];
const hasHandler = (node: Node) => childOf(node, ...handlers) !== undefined;
const tries = { kinds: ['try_statement'], is: hasHandler };

/** Nothing is made of the error: nothing, `pass`, or a line on the console. */
function swallows(node: Node): boolean {
  return bodyOf(node).every((statement) => {
    const text = textOf(statement);
    return /^(?:pass|\.\.\.|continue;?|console\.\w+\(|print\()/.test(text);
  });
}

/** Handlers that stand on both sides, whether their own line was changed or only what is in them. */
function handlersOf(part: Part, change: Change): [Node, Node][] {
  const touched = (nodes: Node[], from: number, to: number) =>
    nodes.filter((node) => node.line < Math.max(to, from + 1) && node.endLine >= from);
  const { aFrom, aTo, bFrom, bTo } = part.stretch;
  const agent = touched(withKinds(change.agent.tree, handlers), aFrom, aTo);
  const human = touched(withKinds(change.human.tree, handlers), bFrom, bTo);
  // Innermost ones are last, and the one around the stretch is the same on both sides.
  return agent.length === human.length
    ? agent.flatMap((node, at) => (human[at] ? [[node, human[at]] as [Node, Node]] : []))
    : agent.slice(0, 1).flatMap((node) => (human[0] ? [[node, human[0]] as [Node, Node]] : []));
}

const caught = (node: Node) => {
  const at = node.children.findIndex((child) => child.kind === ':' || child.kind === 'block');
  return node.children
    .slice(1, at < 0 ? undefined : at)
    .map((child) => textOf(child))
    .join(' ');
};
const isBroad = (node: Node) => node.kind === 'except_clause' && /^(?:|(?:Base)?Exception\b.*)$/.test(caught(node));

const thrown = ['throw_statement', 'raise_statement'];
function raised(node: Node): { type: string; args: number } {
  const value = node.children[1];
  if (!value) return { type: '', args: 0 };
  return calls.includes(value.kind)
    ? {
        type: textOf(value.kind === 'new_expression' ? value.children[1] : value.children[0]),
        args: argumentsOf(value).length,
      }
    : { type: textOf(value), args: 0 };
}
const general = /^(?:Base)?(?:Error|Exception)$|^RuntimeError$/;
const isGeneral = (node: Node) => general.test(raised(node).type);

export const errorDetectors: Detector[] = [
  {
    id: 'try-added',
    languages: 'both',
    title: 'An error is caught now',
    guidance: 'Catch what a parser, the file system or the network throws where something can be made of it.',
    see: gaining(tries),
    couldBe: {
      kinds: calls,
      is: (node) => /^(?:JSON\.parse|json\.loads?|fetch|int|float|requests\.\w+)\(/.test(textOf(node)),
    },
  },
  {
    id: 'try-removed',
    languages: 'both',
    title: 'A catch that did no good was taken out',
    guidance: 'Let errors rise; do not catch them to log and return an empty value.',
    see: losing(tries),
    couldBe: tries,
  },
  {
    id: 'finally-added',
    languages: 'both',
    title: 'What has to happen in any case was put in a finally',
    guidance: 'Release locks, connections and flags in a finally (or a context manager), not after the work.',
    see: gaining({ kinds: ['finally_clause'] }),
    couldBe: { kinds: calls, is: (node) => /\.(?:release|close|unlock|disconnect|destroy)\(\)$/.test(textOf(node)) },
  },
  {
    id: 'swallowed-error-handled',
    languages: 'both',
    title: 'A caught error is no longer swallowed',
    guidance: 'Never swallow an error: log it with its cause, turn it into one that can be acted on, or rethrow it.',
    see: (part, change) =>
      handlersOf(part, change)
        .filter(([agent, human]) => swallows(agent) && !swallows(human))
        .map(([agent, human]) => ({ agent, human })),
    couldBe: { kinds: handlers, is: swallows },
  },
  {
    id: 'broad-except-narrowed',
    languages: 'python',
    title: 'A broad except names its errors now',
    guidance: 'Name the exceptions that are expected; no bare `except` and no `except Exception`.',
    see: (part, change) =>
      handlersOf(part, change)
        .filter(([agent, human]) => isBroad(agent) && !isBroad(human))
        .map(([agent, human]) => ({ agent, human })),
    couldBe: { kinds: ['except_clause'], is: isBroad },
  },
  {
    id: 'error-message-given',
    languages: 'both',
    title: 'An error was given a message',
    guidance: 'Give each error a message that names the thing and what was expected.',
    see: (part) =>
      kept(part, { kinds: thrown })
        .filter(([agent, human]) => raised(agent).type !== '' && raised(agent).args === 0 && raised(human).args > 0)
        .map(([agent, human]) => ({ agent, human })),
    couldBe: { kinds: thrown, is: (node) => raised(node).type !== '' && raised(node).args === 0 },
  },
  {
    id: 'error-type-specific',
    languages: 'both',
    title: 'A general error became a specific one',
    guidance: 'Throw the most specific error class there is, so that callers can tell errors apart.',
    see: (part): Sighting[] =>
      kept(part, { kinds: thrown })
        .filter(([agent, human]) => isGeneral(agent) && !isGeneral(human) && raised(human).type !== '')
        .map(([agent, human]) => ({ agent, human })),
    couldBe: { kinds: thrown, is: isGeneral },
  },
  {
    id: 'placeholder-implemented',
    languages: 'both',
    title: 'A placeholder was implemented',
    guidance: 'Leave no placeholder: implement what was asked for, or say plainly that it is not done.',
    see: (part, change) => {
      const gone = lost(change, part, placeholderLook());
      return part.human.isEmpty ? [] : seenInAgents(gone.slice(0, 1));
    },
    couldBe: placeholderLook(),
  },
  {
    id: 'timeout-added',
    languages: 'both',
    title: 'A call was given a time limit',
    guidance: 'Give every call over the network a time limit.',
    see: (part, change) => {
      const limit = /timeout|deadline|AbortSignal/i;
      if (part.agent.isEmpty || limit.test(part.agent.text) || !limit.test(part.human.text)) return [];
      const named = gained(change, part, {
        kinds: ['keyword_argument', 'pair', 'shorthand_property_identifier', 'call', 'call_expression'],
        is: (node) =>
          calls.includes(node.kind)
            ? /^(?:asyncio\.)?(?:wait_for|timeout|withTimeout)\(/.test(textOf(node))
            : /^['"]?(?:\w*timeout\w*|signal|deadline)\b/i.test(textOf(node)),
      });
      return seenInPersons(named.slice(0, 1));
    },
    couldBe: {
      kinds: calls,
      is: (node) =>
        /^(?:fetch|axios(?:\.\w+)?|requests\.\w+|httpx\.\w+|urlopen|got|http\.(?:get|request))\(/.test(textOf(node)) &&
        !/timeout|signal/i.test(textOf(node)),
    },
  },
];

function placeholderLook() {
  return {
    kinds: ['throw_statement', 'raise_statement', 'pass_statement', 'comment'],
    is: (node: Node) => {
      const text = textOf(node);
      if (node.kind === 'pass_statement') return node.parent?.parent?.kind === 'function_definition';
      if (node.kind === 'comment')
        return (
          /\b(?:TODO|FIXME)\b.*|\b(?:implement(?:ation)? (?:here|later|me|this)|your code)\b/i.test(text) &&
          onlyComment(node)
        );
      return /not\s*(?:yet\s*)?implemented/i.test(text);
    },
  };
}

/** In a function that has nothing else. */
const onlyComment = (node: Node) => {
  const owner = node.parent?.parent;
  return owner !== undefined && functions.includes(owner.kind) && bodyOf(owner).length === 0;
};
