import type { Pattern } from './pattern.ts';

/**
 * Searches in time linear in the text: all states of the automaton walk side by side, each at most once per character
 * (https://swtch.com/~rsc/regexp/regexp2.html). Found anywhere in the text, as by RegExp.test. `steps` counts the
 * states walked: at most twice their number per character.
 */
export function search({ states, start }: Pattern, text: string): { found: boolean; steps: number } {
  const reachedAt = new Int32Array(states.length).fill(-1);
  let steps = 0;

  /** Collects the characters that may come next; true when the end of the pattern is reached. */
  const reach = (index: number, at: number, waiting: number[]): boolean => {
    const state = states[index];
    if (state === undefined || reachedAt[index] === at) return false;
    reachedAt[index] = at;
    steps++;
    if (state.kind === 'fork') return reach(state.next, at, waiting) || reach(state.other, at, waiting);
    if (state.kind === 'character') waiting.push(index);
    else if (state.kind === 'found') return true;
    else if (at === (state.kind === 'start' ? 0 : text.length)) return reach(state.next, at, waiting);
    return false;
  };

  let waiting: number[] = [];
  for (let at = 0; ;) {
    if (reach(start, at, waiting)) return { found: true, steps };
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (at >= text.length) return { found: false, steps };
    at += character.length;
    const before = waiting;
    waiting = [];
    for (const index of before) {
      const state = states[index];
      steps++;
      if (state?.kind !== 'character' || !state.fits(character)) continue;
      if (reach(state.next, at, waiting)) return { found: true, steps };
    }
  }
}
