import type { Change, Part } from '../change.ts';
import { lost } from '../change.ts';
import { type Detector, seenInAgents } from '../detector.ts';
import { childOf, functions, nameOf, textOf, withKinds, type Node } from '../tree.ts';

const imports = ['import_statement', 'import_from_statement'];

/** Names that an import brings. */
function broughtBy(node: Node): string[] {
  const text = textOf(node)
    .replace(/\bfrom\s*['"][^'"]*['"].*$/s, '')
    .replace(/^from\s+[\w.]+\s+import/, '')
    .replace(/^import\s+(?:type\s+)?/, '');
  return text
    .replace(/[{}();]/g, ',')
    .split(',')
    .map(
      (piece) =>
        piece
          .trim()
          .split(/\s+as\s+/)
          .at(-1)
          ?.replace(/^type\s+/, '')
          .trim() ?? '',
    )
    .filter((name) => /^[\w$.*]+$/.test(name));
}
const sourceOf = (node: Node) =>
  /\bfrom\s*['"]([^'"]+)/.exec(textOf(node))?.[1] ?? /^from\s+([\w.]+)/.exec(textOf(node))?.[1] ?? textOf(node);

function importsOf(part: Part, change: Change) {
  const agent = part.agent.nodes(imports);
  const human = part.human.nodes(imports);
  if (agent.length === 0) return { human, gone: [], moved: [] };
  const left = new Set(withKinds(change.human.tree, imports).flatMap(broughtBy));
  const sources = new Map(human.flatMap((node) => broughtBy(node).map((name) => [name, sourceOf(node)] as const)));
  return {
    human,
    gone: agent.filter((node) => broughtBy(node).some((name) => !left.has(name))),
    moved: agent.filter((node) =>
      broughtBy(node).some((name) => sources.has(name) && sources.get(name) !== sourceOf(node)),
    ),
  };
}

const isTypeOnly = (node: Node) => /^import\s+type\b/.test(textOf(node));
const isStar = (node: Node) => /\bimport\s*\*/.test(textOf(node)) && node.kind === 'import_from_statement';

const declared = (node: Node) => nameOf(node);
/** A function that has a name of its own. */
const helper = {
  kinds: functions,
  is: (node: Node) => declared(node) !== '' && declared(node) !== 'constructor' && !/^test|^__/.test(declared(node)),
  key: declared,
};

export const moduleDetectors: Detector[] = [
  {
    id: 'import-removed',
    languages: 'both',
    title: 'An import was taken out',
    guidance: 'Import only what is used, and use what the project has before adding a package.',
    see: (part, change) => {
      const { gone, human } = importsOf(part, change);
      return human.length === 0 ? seenInAgents(gone) : [];
    },
    couldBe: { kinds: imports },
  },
  {
    id: 'import-changed',
    languages: 'both',
    title: 'Something else is imported in its place',
    guidance: 'Look at what neighbouring files import, and import the same.',
    see: (part, change) => {
      const { gone, human, moved } = importsOf(part, change);
      return moved.length === 0 && !gone.some(isStar)
        ? gone.slice(0, human.length).map((agent, at) => ({ agent, human: human[at] }))
        : [];
    },
    couldBe: { kinds: imports },
  },
  {
    id: 'import-source-changed',
    languages: 'both',
    title: 'A name is imported from elsewhere',
    guidance: 'Import from the module that defines it, or from the standard library where that has it.',
    see: (part, change) => {
      const { moved, human } = importsOf(part, change);
      return moved.map((agent, at) => ({ agent, human: human[at] }));
    },
    couldBe: { kinds: imports },
  },
  {
    id: 'type-only-import',
    languages: 'script',
    title: 'An import became one of types alone',
    guidance: 'Write `import type` for what is only used as a type.',
    see: (part) => {
      const now = part.human.nodes(imports).filter(isTypeOnly);
      return part.agent.nodes(imports).flatMap((agent) => {
        const human = now.find((node) => sourceOf(node) === sourceOf(agent));
        return human && !isTypeOnly(agent) ? [{ agent, human }] : [];
      });
    },
    couldBe: {
      kinds: ['import_statement'],
      is: (node) => !isTypeOnly(node) && childOf(node, 'import_clause') !== undefined,
    },
  },
  {
    id: 'star-import-narrowed',
    languages: 'python',
    title: 'A star import names what it brings',
    guidance: 'Name what is imported; no `import *`.',
    see: (part) => {
      const human = part.human.nodes(['import_from_statement']).filter((node) => !isStar(node));
      return part.agent
        .nodes(['import_from_statement'])
        .filter(isStar)
        .slice(0, human.length)
        .map((agent, at) => ({ agent, human: human[at] }));
    },
    couldBe: { kinds: ['import_from_statement'], is: isStar },
  },
  {
    id: 'helper-removed',
    languages: 'both',
    title: 'A function that was not needed was taken out',
    guidance: 'Add no helper that is used once or that the project or its libraries already have.',
    see: (part, change) =>
      seenInAgents(
        lost(change, part, helper).filter(
          (node) =>
            change.agent.alone[node.line] &&
            !withKinds(change.human.tree, functions).some((peer) => nameOf(peer) === nameOf(node)),
        ),
      ),
    couldBe: helper,
  },
];
