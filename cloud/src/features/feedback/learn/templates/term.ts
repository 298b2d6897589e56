import type { Tree } from '../trees.ts';

/** A tree with holes. Holes of one number stand for the same text. */
export interface Term {
  kind: string;
  /** Of leaves. */
  text?: string;
  hole?: number;
  weight?: number;
  /** Of the text that it is shown by, for those that are not leaves as well. */
  at: [from: number, to: number];
  children?: Term[];
}

/** A change in general: what is absent came or went. Texts are of one that it was made from, which holes are cut into. */
export interface Template {
  before: Term | undefined;
  after: Term | undefined;
  texts: { before: string; after: string };
}

interface Source {
  before: Tree | undefined;
  after: Tree | undefined;
  /** Of the whole files. */
  texts: { before: string; after: string };
}

/** Holes for what anybody calls as he likes and for values; the same name or value is the same hole, on both sides. */
export function skeletonOf({ before, after, texts }: Source): Template {
  const holes = new Map<string, number>();
  const term = (tree: Tree, base: number): Term => {
    const at: [number, number] = [tree.from - base, tree.to - base];
    const { kind, text, weight } = tree;
    if (text === undefined) return { kind, at, children: tree.children.map((child) => term(child, base)) };
    if (weight > 0) return { kind, text, weight, at };
    const name = `${kind.endsWith('identifier') ? 'identifier' : kind} ${text}`;
    if (!holes.has(name)) holes.set(name, holes.size);
    return { kind, hole: holes.get(name)!, at };
  };
  return {
    before: before && term(before, before.from),
    after: after && term(after, after.from),
    texts: {
      before: before ? texts.before.slice(before.from, before.to) : '',
      after: after ? texts.after.slice(after.from, after.to) : '',
    },
  };
}

/** The same for terms that say the same, whatever text shows them. Holes are numbered by first appearance. */
export function namesOf(template: Pick<Template, 'before' | 'after'>): string {
  const numbers = new Map<number, number>();
  const name = (term: Term): string => {
    if (term.hole !== undefined) {
      if (!numbers.has(term.hole)) numbers.set(term.hole, numbers.size);
      return `$${numbers.get(term.hole)}:${term.kind}`;
    }
    return term.children
      ? `(${term.kind} ${term.children.map(name).join(' ')})`
      : JSON.stringify([term.kind, term.text]);
  };
  return `${template.before ? name(template.before) : '-'} => ${template.after ? name(template.after) : '-'}`;
}

/** Changes of different forms are never compared with each other. */
export const bucketOf = (language: string, { before, after }: Pick<Template, 'before' | 'after'>): string =>
  `${language} ${spineOf(before)} ${spineOf(after)}`;

function spineOf(term: Term | undefined): string {
  if (!term) return '-';
  const only = term.kind === 'expression_statement' ? term.children?.[0] : undefined;
  return only ? `${term.kind}>${only.kind}` : term.kind;
}

export function* partsOf(term: Term | undefined): Generator<Term> {
  if (!term) return;
  yield term;
  for (const child of term.children ?? []) yield* partsOf(child);
}
