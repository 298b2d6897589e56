import { type Detector, losing } from '../detector.ts';
import { calleeOf, textOf, type Node } from '../tree.ts';

/** How much it pins down: 2 a value, 1 that there is something, 0 no assertion. */
function strength(node: Node): number {
  const text = textOf(node);
  if (node.kind === 'assert_statement') {
    if (/\bis not None\b|\blen\([^()]*\)\s*[>!]|[<>]=?/.test(text) && !/==/.test(text)) return 1;
    return /==|\bis (?:None|True|False)\b|\bin\b/.test(text) ? 2 : 1;
  }
  if (/^(?:expect|assert)\b/.test(text) === false) return 0;
  if (
    /\.(?:toBeDefined|toBeTruthy|toBeFalsy|toBeNull|toBeGreaterThan\w*|toBeLessThan\w*|toBeInstanceOf|toHaveBeenCalled)\(|\.not\.\w+\([^()]*\)$|assert\.ok\(/.test(
      text,
    )
  )
    return 1;
  return /\.(?:to[A-Z]\w*)\(|assert\.\w*[eE]qual\(/.test(text) ? 2 : 0;
}
const asserts = ['assert_statement', 'call_expression'];
const strongest = (nodes: readonly Node[]) =>
  nodes.reduce<Node | undefined>(
    (best, node) => (strength(node) > (best ? strength(best) : 0) ? node : best),
    undefined,
  );

const isMock = (node: Node) =>
  node.kind === 'decorator'
    ? /^@(?:mock\.)?patch\b/.test(textOf(node))
    : /^(?:(?:vi|jest)\.(?:mock|spyOn|fn|stubGlobal)|(?:mock\.)?patch(?:\.object)?|Magic?Mock|MagicMock|mocker\.patch|sinon\.\w+|monkeypatch\.\w+)$/.test(
        calleeOf(node),
      );
const mocks = {
  kinds: ['call_expression', 'call', 'decorator'],
  is: (node: Node) => isMock(node) && node.parent?.kind !== 'decorator',
};

const isSkip = (node: Node) =>
  node.kind === 'decorator'
    ? /^@(?:pytest\.mark\.(?:skip|xfail)|unittest\.skip)/.test(textOf(node))
    : /^(?:x?(?:it|test|describe)\.(?:skip|only|todo)|xit|xdescribe|fit|fdescribe)$/.test(calleeOf(node));

export const testDetectors: Detector[] = [
  {
    id: 'assertion-strengthened',
    languages: 'both',
    title: 'A test asserts more',
    guidance: 'Assert the exact value that is expected, not that there is one.',
    see: (part) => {
      const agent = strongest(part.agent.nodes(asserts));
      const human = strongest(part.human.nodes(asserts));
      return agent && human && strength(agent) === 1 && strength(human) === 2 ? [{ agent, human }] : [];
    },
    couldBe: { kinds: asserts, is: (node) => strength(node) === 1 },
  },
  {
    id: 'assertion-weakened',
    languages: 'both',
    title: 'A test asserts less',
    guidance: 'Do not assert what changes from run to run: exact times, orders, ids.',
    see: (part) => {
      const agent = strongest(part.agent.nodes(asserts));
      const human = strongest(part.human.nodes(asserts));
      return agent && human && strength(agent) === 2 && strength(human) === 1 ? [{ agent, human }] : [];
    },
    couldBe: { kinds: asserts, is: (node) => strength(node) === 2 },
  },
  {
    id: 'mock-removed',
    languages: 'both',
    title: 'A mock was taken out of a test',
    guidance: 'Test with the real parts; mock only what lies outside the process.',
    see: losing(mocks),
    couldBe: mocks,
  },
  {
    id: 'skipped-test-restored',
    languages: 'both',
    title: 'A skipped or focused test runs again',
    guidance: 'Never skip or focus a test to get the others to pass.',
    see: losing({ kinds: ['call_expression', 'decorator'], is: isSkip }),
    couldBe: { kinds: ['call_expression', 'decorator'], is: isSkip },
  },
];
