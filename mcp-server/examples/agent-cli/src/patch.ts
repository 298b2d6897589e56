/** One change of the file: the text to find, once, and what to write in its place. */
export interface Op {
  find: string;
  with: string;
}

export interface Patch {
  ops: Op[];
  /** What the model says about it, with citations. */
  notes: string;
}

/** The JSON in an answer, within a fence or not; an answer without any is a patch that changes nothing. */
export function readPatch(answer: string): Patch {
  const json = /```(?:json)?\s*\n(.*?)```/s.exec(answer)?.[1] ?? answer;
  try {
    const { ops, notes } = JSON.parse(json) as { ops?: unknown; notes?: unknown };
    const isOp = (op: unknown): op is Op =>
      typeof op === 'object' && op !== null && 'find' in op && 'with' in op && typeof op.with === 'string';
    return { ops: Array.isArray(ops) ? ops.filter(isOp) : [], notes: typeof notes === 'string' ? notes : '' };
  } catch {
    return { ops: [], notes: '' };
  }
}

/** The text after the changes, or why one of them does not fit. */
export function apply({ ops }: Patch, text: string): { text: string } | { problem: string } {
  if (ops.length === 0) return { problem: 'the answer holds no change; answer with the JSON that was asked for' };
  for (const { find, with: replacement } of ops) {
    const parts = text.split(find);
    if (find === '' || parts.length !== 2)
      return {
        problem: `${JSON.stringify(find)} stands ${find === '' ? 0 : parts.length - 1} times in the file, not once`,
      };
    text = parts.join(replacement);
  }
  return { text };
}
