import { namesOf, type Template, type Term } from './term.ts';

/**
 * The most that two changes have in common (anti-unification: Plotkin 1970): where they differ is a hole of the kind of node that
 * stood there, and the same difference is the same hole wherever it comes again, so that what is kept from before to after stays
 * recognisable. Shown by the text of the first. `undefined` where one came or went and the other did not.
 */
export function antiUnify(one: Template, other: Template): Template | undefined {
  if (!one.before !== !other.before || !one.after !== !other.after) return undefined;
  const holes = new Map<string, number>();
  const meet = (a: Term, b: Term): Term => {
    if (a.hole === undefined && b.hole === undefined && a.kind === b.kind) {
      if (a.children && b.children && a.children.length === b.children.length)
        return { kind: a.kind, at: a.at, children: a.children.map((child, i) => meet(child, b.children![i]!)) };
      if (!a.children && !b.children && a.text === b.text) return a;
    }
    const difference = `${nameOf(a)} ${nameOf(b)}`;
    if (!holes.has(difference)) holes.set(difference, holes.size);
    return { kind: a.kind === b.kind ? a.kind : anyKind, hole: holes.get(difference)!, at: a.at };
  };
  return {
    before: one.before && meet(one.before, other.before!),
    after: one.after && meet(one.after, other.after!),
    texts: one.texts,
  };
}

const anyKind = '*';

/** With the numbers of its holes, which mean the same all over one template. */
function nameOf(term: Term): string {
  if (term.hole !== undefined) return `$${term.hole}`;
  return term.children
    ? `(${term.kind} ${term.children.map(nameOf).join(' ')})`
    : JSON.stringify([term.kind, term.text]);
}

/** Whether the change is a case of the template. */
export function isCaseOf(template: Template, change: Template): boolean {
  const common = antiUnify(template, change);
  return common !== undefined && namesOf(common) === namesOf(template);
}
