import { gained, lost, type Change, type Part } from '../change.ts';
import { type Detector, seenInAgents, seenInPersons } from '../detector.ts';
import { ancestor, calleeOf, calls, functions, loops, textOf, type Node } from '../tree.ts';

const awaits = ['await_expression', 'await'];
const isAwait = (node: Node) => node.children.length > 1;
const awaited = (node: Node) => {
  const inner = node.children.at(-1);
  return inner && calls.includes(inner.kind) ? calleeOf(inner) : textOf(inner);
};
const awaitLook = { kinds: awaits, is: isAwait, key: awaited };
const isAwaited = (node: Node) => node.parent !== undefined && awaits.includes(node.parent.kind);
const last = (callee: string) => callee.split('.').at(-1) ?? callee;

/** The same call, on the other side without waiting. */
const hasPlainCall = (nodes: readonly Node[], callee: string) =>
  nodes.some((node) => {
    const other = calleeOf(node);
    return (
      !isAwaited(node) &&
      !isChained(node) &&
      (other === callee || last(other).replace(/Sync$/, '') === last(callee)) &&
      other !== ''
    );
  });

/** Waited for with `then`, and by whoever gets it. */
const isChained = (node: Node) =>
  node.parent?.kind === 'member_expression' &&
  isThen(node.parent.parent ?? node) &&
  node.parent.parent?.parent?.kind !== 'expression_statement';

const isSync = (node: Node) => /\w+Sync$/.test(calleeOf(node));
const isThen = (node: Node) => calleeOf(node).endsWith('.then');
const isJoint = (node: Node) =>
  /^(?:Promise\.(?:all|allSettled)|asyncio\.gather|anyio\.create_task_group|asyncio\.TaskGroup)$/.test(calleeOf(node));

function parallel(part: Part, change: Change) {
  const come = gained(change, part, { kinds: calls, is: isJoint });
  return come.length > 0
    ? part.agent
        .nodes(awaits)
        .filter(isAwait)
        .slice(0, 1)
        .map((agent) => ({ agent, human: come[0] }))
    : [];
}

export const asyncDetectors: Detector[] = [
  {
    id: 'sync-to-async-io',
    languages: 'script',
    title: 'Synchronous I/O became asynchronous',
    guidance: 'Do not call the ...Sync functions of fs and child_process in a server; await the asynchronous ones.',
    see: (part, change) => {
      const gone = lost(change, part, { kinds: calls, is: isSync });
      return part.human.nodes(awaits).some(isAwait) ? seenInAgents(gone) : [];
    },
    couldBe: { kinds: calls, is: isSync },
  },
  {
    id: 'await-added',
    languages: 'both',
    title: 'What was not waited for is awaited',
    guidance: 'Await every promise or coroutine, or say why it is let go.',
    see: (part, change) =>
      seenInPersons(
        gained(change, part, awaitLook).filter((node) => hasPlainCall(part.agent.nodes(calls), awaited(node))),
      ),
    couldBe: {
      kinds: calls,
      is: (node) =>
        node.parent?.kind === 'expression_statement' &&
        /\basync\b/.test(textOf(ancestor(node, ...functions)).slice(0, 40)),
    },
  },
  {
    id: 'await-removed',
    languages: 'both',
    title: 'An await that waited for nothing was taken out',
    guidance: 'Await only what returns a promise or a coroutine.',
    see: (part, change) =>
      seenInAgents(
        lost(change, part, awaitLook).filter((node) => {
          const callee = awaited(node);
          return part.human
            .nodes(calls)
            .some((peer) => calleeOf(peer) === callee && !isAwaited(peer) && !ancestor(peer, ...awaits));
        }),
      ),
    couldBe: awaitLook,
  },
  {
    id: 'parallel-awaits',
    languages: 'both',
    title: 'Awaits one after the other became one for all',
    guidance:
      'Start independent asynchronous work together (Promise.all, asyncio.gather) instead of awaiting in a row.',
    see: parallel,
    couldBe: { kinds: awaits, is: (node) => isAwait(node) && ancestor(node, ...loops) !== undefined },
  },
  {
    id: 'then-to-await',
    languages: 'script',
    title: 'A chain of then became await',
    guidance: 'Use await rather than then.',
    see: (part, change) => {
      const gone = lost(change, part, { kinds: calls, is: isThen });
      const come = gone.length > 0 ? part.human.nodes(awaits).filter(isAwait) : [];
      return gone.slice(0, come.length).map((agent, at) => ({ agent, human: come[at] }));
    },
    couldBe: { kinds: calls, is: isThen },
  },
];
