import { editsBetween } from '@whetstone/shared/feedback';

/** Lines `aFrom..aTo` (0-based, end exclusive) in the place of which `bFrom..bTo` stand. */
export interface Edit {
  aFrom: number;
  aTo: number;
  bFrom: number;
  bTo: number;
}

export interface Alignment {
  /** Form is looked through: see `keyOf`. */
  edits: Edit[];
  /** Edits together with lines beside them that differ in form alone. */
  stretches: Edit[];
}

/** What a line says without spaces, the kind of quotes, and what ends it. */
export const keyOf = (line: string) =>
  line
    .replace(/\s+/g, '')
    .replace(/['`]/g, '"')
    .replace(/[;,]+$/, '');

export function align(a: readonly string[], b: readonly string[]): Alignment {
  const edits = editsBetween(a.map(keyOf), b.map(keyOf)).map(({ before, after }) => ({
    aFrom: before.from,
    aTo: before.to,
    bFrom: after.from,
    bTo: after.to,
  }));
  return { edits, stretches: withFormAround(edits, a, b) };
}

function withFormAround(edits: readonly Edit[], a: readonly string[], b: readonly string[]): Edit[] {
  const stretches: Edit[] = [];
  const add = (edit: Edit) => {
    const last = stretches.at(-1);
    if (last && last.aTo === edit.aFrom && last.bTo === edit.bFrom)
      stretches[stretches.length - 1] = { ...last, aTo: edit.aTo, bTo: edit.bTo };
    else stretches.push(edit);
  };
  let [i, j] = [0, 0];
  for (const edit of [...edits, { aFrom: a.length, aTo: a.length, bFrom: b.length, bTo: b.length }]) {
    for (; i < edit.aFrom; i++, j++) if (a[i] !== b[j]) add({ aFrom: i, aTo: i + 1, bFrom: j, bTo: j + 1 });
    if (edit.aTo > edit.aFrom || edit.bTo > edit.bFrom) add(edit);
    [i, j] = [edit.aTo, edit.bTo];
  }
  return stretches;
}
