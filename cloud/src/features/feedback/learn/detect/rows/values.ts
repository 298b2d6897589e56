import type { Change, Part } from '../change.ts';
import { type Detector, type Sighting } from '../detector.ts';
import type { Token } from '../../tokens.ts';
import { formOf } from '../../triage/form.ts';
import { isProse } from '../../triage/prose.ts';
import { textOf, type Node } from '../tree.ts';

const strings = ['string', 'template_string', 'jsx_text'];
const numbers = ['number', 'integer', 'float'];
const same = (node: Node | undefined, token: Token) => textOf(node).trim() === token.text;

/** One literal for another, nothing else in between. */
const swapped = (part: Part, kind: Token['kind']) =>
  part
    .edits()
    .filter(({ lost, gained }) => lost.length === 1 && gained.length === 1 && isOther(kind, lost[0], gained[0]));

/** Other quotes are not another text. */
const isOther = (kind: Token['kind'], from: Token | undefined, to: Token | undefined) =>
  from?.kind === kind && to?.kind === kind && formOf([from], false) !== formOf([to], false);

const sightings = (part: Part, kinds: string[], pairs: { lost: Token[]; gained: Token[] }[]): Sighting[] =>
  pairs.flatMap(({ lost, gained }) => {
    const [from] = lost;
    const [to] = gained;
    const agent = from && part.agent.nodes(kinds).find((node) => same(node, from));
    const human = to && part.human.nodes(kinds).find((node) => same(node, to));
    return (agent ?? human) ? [{ agent, human }] : [];
  });

const configured = /^(?:process|config|conf|settings|env|environ|getenv|Settings|Config)$/;
/** A thing of one machine or one customer: an address, a path, a key. */
const isPlace = (text: string) =>
  /^\w?["'`](?:[\w+]+:\/\/|\/\w|[A-Za-z]:\\|[\w-]+(?:\.[\w-]+)+|\w{2,}[-_]\w+)/.test(text);

export const valueDetectors: Detector[] = [
  {
    id: 'string-reworded',
    languages: 'both',
    title: 'A text was reworded',
    guidance: 'Word messages as the project does: short, concrete, what to do.',
    see: (part) => {
      const pairs = swapped(part, 'string').filter(
        ({ lost, gained }) => isProse(lost[0]?.text ?? '') && isProse(gained[0]?.text ?? ''),
      );
      const seen = sightings(part, strings, pairs).filter(
        ({ agent }) => agent?.parent?.kind !== 'expression_statement',
      );
      if (seen.length > 0) return seen;
      const [agent] = part.agent.nodes(['jsx_text']).filter((node) => isProse(`"${textOf(node)}"`));
      const [human] = part.human.nodes(['jsx_text']).filter((node) => isProse(`"${textOf(node)}"`));
      return agent && human && textOf(agent).trim() !== textOf(human).trim() ? [{ agent, human }] : [];
    },
    couldBe: { kinds: strings, is: (node) => isProse(textOf(node)) },
  },
  {
    id: 'number-changed',
    languages: 'both',
    title: 'A number was changed',
    guidance: 'Ask for limits, sizes and times, or take those of the project, instead of guessing numbers.',
    see: (part) => sightings(part, numbers, swapped(part, 'number')),
    couldBe: { kinds: numbers, is: (node) => !/^[01]$/.test(textOf(node)) },
  },
  {
    id: 'constant-named',
    languages: 'both',
    title: 'A magic value was given a name',
    guidance: 'Give a magic value a name that says what it is.',
    see: (part, change) => constantsIn(part, change),
    couldBe: {
      kinds: numbers,
      is: (node) => /\d{2}/.test(textOf(node)) && !/declarator|assignment/.test(node.parent?.kind ?? ''),
    },
  },
  {
    id: 'hard-coded-to-config',
    languages: 'both',
    title: 'A value in the code comes from the configuration now',
    guidance: 'Take addresses, paths, keys and credentials from the configuration, never from the code.',
    see: (part) => {
      const hit = part
        .edits()
        .filter(
          ({ lost, gained }) =>
            lost.some((token) => token.kind === 'string' && isPlace(token.text)) &&
            gained.some((token) => configured.test(token.text)),
        );
      return sightings(
        part,
        strings,
        hit.map(({ lost, gained }) => ({ lost: lost.filter((token) => token.kind === 'string'), gained })),
      );
    },
    couldBe: { kinds: ['string'], is: (node) => isPlace(textOf(node)) && !/import/.test(node.parent?.kind ?? '') },
  },
  {
    id: 'identifier-renamed',
    languages: 'both',
    title: 'Something was renamed',
    guidance: 'Name things for what they hold or do in the domain, not `data`, `result` or `handle`.',
    see: (part, change) => {
      const kinds = [
        'identifier',
        'property_identifier',
        'private_property_identifier',
        'shorthand_property_identifier',
        'type_identifier',
      ];
      return change.renames().flatMap(([from, to]) => {
        const agent = part.agent.nodes(kinds).find((node) => textOf(node) === from);
        const human = part.human.nodes(kinds).find((node) => textOf(node) === to);
        return agent && human ? [{ agent, human }] : [];
      });
    },
    couldBe: {
      kinds: ['variable_declarator', 'function_declaration', 'function_definition', 'assignment'],
      is: (node) =>
        /^(?:const |let |def |function )?(?:data|res|result|tmp|temp|obj|arr|val|item|handle\w*|process\w*|do[A-Z]\w*)\b/.test(
          textOf(node).slice(0, 40),
        ),
    },
  },
];

const valueOf = (tokens: Token[]) => Number(tokens[0]?.text.replaceAll('_', ''));

function constantsIn(part: Part, change: Change): Sighting[] {
  return part.edits().flatMap(({ lost, gained }) => {
    const [from] = lost;
    const [to] = gained;
    if (lost.length !== 1 || gained.length !== 1 || !from || to?.kind !== 'name') return [];
    if (from.kind !== 'number' && from.kind !== 'string') return [];
    const tokens = change.humanTokens();
    const isNamed = tokens.some((token, at) => {
      const value = tokens[at + 2] ?? token;
      return (
        token.text === to.text &&
        /^[=:]$/.test(tokens[at + 1]?.text ?? '') &&
        (value.text === from.text || (from.kind === 'number' && valueOf([value]) === valueOf([from])))
      );
    });
    const looksNamed = /^[A-Z][A-Z0-9_]+$/.test(to.text);
    if (!isNamed && !looksNamed) return [];
    return sightings(part, [...numbers, ...strings], [{ lost: [from], gained: [to] }]);
  });
}
