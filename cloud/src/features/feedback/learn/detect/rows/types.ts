import { keyOf } from '../../lines.ts';
import { gained, kept, lost } from '../change.ts';
import { type Detector, losing, seenInAgents, seenInPersons } from '../detector.ts';
import { childOf, functions, nameOf, textOf, type Node } from '../tree.ts';

const isAny = (node: Node) => textOf(node) === 'any';
const any = { kinds: ['predefined_type'], is: isAny };
const isCast = (node: Node) => !/\bas\s+const$/.test(textOf(node));
const casts = { kinds: ['as_expression'], is: isCast };

const annotations = ['type_annotation', 'typed_parameter', 'typed_default_parameter', 'type'];
/** What it is the type of; a Python `type` counts where it is a return type or of a variable. */
function typed(node: Node): string | undefined {
  if (node.kind === 'type_annotation') {
    const at = node.parent?.children.indexOf(node) ?? 0;
    const before = node.parent?.children[at - 1];
    return before?.kind === 'formal_parameters' ? '()' : textOf(before).replace(/\?$/, '');
  }
  if (node.kind !== 'type') return textOf(node.children[0]);
  if (node.parent?.kind === 'function_definition') return '()';
  return node.parent?.kind === 'assignment' ? textOf(node.parent.children[0]) : undefined;
}

const untyped = (node: Node) => {
  if (textOf(node) === 'self' || textOf(node) === 'cls') return false;
  if (node.kind === 'required_parameter') return !childOf(node, 'type_annotation');
  return node.parent?.kind === 'parameters';
};

const parametersOf = (node: Node) =>
  (childOf(node, 'formal_parameters', 'parameters')?.children ?? []).filter((child) => !/^[(),*/]$/.test(child.kind));

const exported = (node: Node) => {
  const declared = childOf(
    node,
    'function_declaration',
    'class_declaration',
    'interface_declaration',
    'type_alias_declaration',
    'enum_declaration',
    'abstract_class_declaration',
  );
  if (declared) return nameOf(declared);
  return textOf(
    childOf(childOf(node, 'lexical_declaration', 'variable_declaration'), 'variable_declarator')?.children[0],
  );
};
const exports = { kinds: ['export_statement'], is: (node: Node) => exported(node) !== '', key: exported };

export const typeDetectors: Detector[] = [
  {
    id: 'any-to-type',
    languages: 'script',
    title: '`any` became a type',
    guidance: 'Never write `any`: name the type, or take `unknown` and narrow it.',
    see: (part, change) => (part.human.isEmpty ? [] : seenInAgents(lost(change, part, any))),
    couldBe: any,
  },
  {
    id: 'type-assertion-removed',
    languages: 'script',
    title: 'A type assertion was taken out',
    guidance: 'Do not assert types with `as`; validate the value or let the type be inferred.',
    see: (part, change) => (part.human.isEmpty ? [] : seenInAgents(lost(change, part, casts))),
    couldBe: casts,
  },
  {
    id: 'non-null-assertion-removed',
    languages: 'script',
    title: 'A non-null assertion was taken out',
    guidance: 'Do not write `!` after a value that may be missing; check it.',
    see: (part, change) =>
      part.human.isEmpty ? [] : seenInAgents(lost(change, part, { kinds: ['non_null_expression'] })),
    couldBe: { kinds: ['non_null_expression'] },
  },
  {
    id: 'type-annotation-added',
    languages: 'both',
    title: 'Types were added to what had none',
    guidance: 'Annotate parameters and return values.',
    see: (part, change) => {
      if (part.agent.isEmpty) return [];
      const look = {
        kinds: annotations,
        is: (node: Node) => typed(node) !== undefined,
        key: (node: Node) => typed(node) ?? '',
      };
      const names = new Set(part.agent.tokens().map((token) => token.text));
      return seenInPersons(
        gained(change, part, look)
          .filter((node) => names.has(typed(node) ?? '') || (typed(node) === '()' && names.has('(')))
          .slice(0, 1),
      );
    },
    couldBe: { kinds: ['required_parameter', 'identifier'], is: untyped },
  },
  {
    id: 'export-removed',
    languages: 'script',
    title: 'An export was taken back',
    guidance: 'Export only what another file uses.',
    see: (part, change) =>
      seenInAgents(
        lost(change, part, exports).filter((node) =>
          new RegExp(`\\b${exported(node).replaceAll('$', '\\$')}\\b`).test(part.human.text),
        ),
      ),
    couldBe: exports,
  },
  {
    id: 'default-export-to-named',
    languages: 'script',
    title: 'A default export became a named one',
    guidance: 'Use named exports, not default ones.',
    see: (part, change) => {
      const isDefault = (node: Node) => childOf(node, 'default') !== undefined;
      const gone = lost(change, part, { kinds: ['export_statement'], is: isDefault });
      const come = gained(change, part, { kinds: ['export_statement'], is: (node) => !isDefault(node) });
      return gone.slice(0, come.length).map((agent, at) => ({ agent, human: come[at] }));
    },
    couldBe: { kinds: ['export_statement'], is: (node) => childOf(node, 'default') !== undefined },
  },
  {
    id: 'parameter-removed',
    languages: 'both',
    title: 'Parameters that nobody asked for were taken out',
    guidance: 'Add no options and parameters beyond what was asked for.',
    see: (part) =>
      kept(part, { kinds: functions, is: (node) => nameOf(node) !== '', key: nameOf })
        .filter(([agent, human]) => {
          const now = new Set(parametersOf(human).map((node) => keyOf(textOf(node)).replace(/[:=].*$/, '')));
          const before = parametersOf(agent).map((node) => keyOf(textOf(node)).replace(/[:=].*$/, ''));
          return (
            now.size < before.length &&
            [...now].every((name) => before.includes(name)) &&
            !/mock|patch/i.test(before.filter((name) => !now.has(name)).join())
          );
        })
        .map(([agent, human]) => ({ agent, human })),
    couldBe: {
      kinds: functions,
      is: (node) => parametersOf(node).some((parameter) => textOf(parameter).includes('=')),
    },
  },
  {
    id: 'mutable-default-fixed',
    languages: 'python',
    title: 'A mutable default argument was replaced',
    guidance: 'Never take a list, dict or set as a default argument; take None and make it in the function.',
    see: (part) => {
      const named = (node: Node) => /^\w+/.exec(textOf(node))?.[0] ?? '';
      const before = part.agent.nodes(defaults).filter(isMutable);
      return before.flatMap((agent) => {
        const human = part.human.nodes(defaults).find((node) => named(node) === named(agent));
        return human && !isMutable(human) ? [{ agent, human }] : [];
      });
    },
    couldBe: { kinds: ['default_parameter', 'typed_default_parameter'], is: isMutable },
  },
  {
    id: 'default-for-missing',
    languages: 'script',
    title: 'A missing value was given a default',
    guidance: 'Say what stands in for a value that may be missing.',
    see: (part, change) => {
      const look = { kinds: ['binary_expression'], is: (node: Node) => textOf(node.children[1]) === '??' };
      const either = {
        kinds: ['binary_expression'],
        is: (node: Node) => /^(?:\?\?|\|\|)$/.test(textOf(node.children[1])),
      };
      return part.agent.isEmpty ? [] : seenInPersons(gained(change, part, look, either));
    },
    couldBe: { kinds: ['subscript_expression', 'optional_chain'] },
  },
  {
    id: 'cast-removed',
    languages: 'python',
    title: 'A `cast` was taken out',
    guidance: 'Narrow a type with a check instead of `cast`.',
    see: losing({ kinds: ['call'], is: (node) => /^(?:typing\.)?cast\(/.test(textOf(node)) }),
    couldBe: { kinds: ['call'], is: (node) => /^(?:typing\.)?cast\(/.test(textOf(node)) },
  },
];
const defaults = ['default_parameter', 'typed_default_parameter'];
function isMutable(node: Node) {
  return /=\s*(?:\[|\{|(?:list|dict|set)\()/.test(textOf(node));
}
