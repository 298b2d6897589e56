export class CannotCross extends Error {}

export interface Graph {
  root: unknown;
  nodes: unknown[][];
  changes: [number, unknown[]][];
}
export interface Known {
  objects: object[];
  texts: string[];
}
export interface References {
  describe(value: object): unknown[] | undefined;
  revive(node: unknown[]): object;
  errorPrototype(name: string): object | undefined;
}
export function encode(root: unknown, known: Known, references: References): Graph & { objects: object[] };
export function decode(graph: Graph, known: object[], references: References): { root: unknown; objects: object[] };
export function knownOf(objects: object[], nodes: unknown[][]): Known;
