import { gained, lost, type Change, type Look, type Part } from './change.ts';
import type { Node } from './tree.ts';

export interface Sighting {
  agent: Node | undefined;
  human: Node | undefined;
}

export interface Detector {
  /** kebab-case; stays, for patterns are kept by it. */
  id: string;
  languages: 'both' | 'script' | 'python';
  /** In words, as something that happened. */
  title: string;
  /** What would have spared the correction, said to an agent. */
  guidance: string;
  see(part: Part, change: Change): Sighting[];
  /** Where else in an agent's code it could have been done: what was left so are the survivors. */
  couldBe: Look;
}

export const seenInAgents = (nodes: Node[]): Sighting[] => nodes.map((agent) => ({ agent, human: undefined }));
export const seenInPersons = (nodes: Node[]): Sighting[] => nodes.map((human) => ({ agent: undefined, human }));

export const losing =
  (look: Look, peers?: Look): Detector['see'] =>
  (part, change) =>
    seenInAgents(lost(change, part, look, peers));

export const gaining =
  (look: Look, peers?: Look): Detector['see'] =>
  (part, change) =>
    seenInPersons(gained(change, part, look, peers));

/** One thing gone and another come, in the same stretch. */
export const turning =
  (from: Look, to: Look): Detector['see'] =>
  (part, change) => {
    const gone = lost(change, part, from);
    const come = gone.length > 0 ? gained(change, part, to) : [];
    return gone.slice(0, come.length).map((agent, at) => ({ agent, human: come[at] }));
  };
