import { antiUnify, isCaseOf } from './anti-unify.ts';
import { informationOf, isTelling } from './information.ts';
import type { Template } from './term.ts';

/** A form of change and how many corrections have it. */
export interface Shape {
  hash: string;
  template: Template;
  corrections: number;
}

export interface Cluster<S extends Shape = Shape> {
  template: Template;
  shapes: S[];
}

/** Clustering takes the square of them; the rest, which few corrections have, is fitted into what came of these. */
const mostClustered = 40;
/** Of what the more telling of two says, their common form keeps at least this much, or they stay apart. */
const leastKept = 0.6;

/**
 * The shapes of one bucket from the bottom up, the two first that lose the least by being one: agglomerative clustering by
 * anti-unification cost (Bader, Scott, Pradel & Chandra, "Getafix: Learning to Fix Bugs Automatically", OOPSLA 2019, §3). It ends where
 * every further step would say nothing, or too little.
 */
export function clusterBucket<S extends Shape>(bucket: readonly S[]): Cluster<S>[] {
  const shapes = bucket.toSorted((a, b) => b.corrections - a.corrections || (a.hash < b.hash ? -1 : 1));
  const clusters: Cluster<S>[] = shapes
    .slice(0, mostClustered)
    .map((shape) => ({ template: shape.template, shapes: [shape] }));
  const rest = shapes.slice(mostClustered);
  agglomerate(clusters);
  for (const shape of rest) {
    const home = clusters.find(({ template }) => isCaseOf(template, shape.template));
    if (home) home.shapes.push(shape);
    else if (clusters.length < mostClustered * 4) clusters.push({ template: shape.template, shapes: [shape] });
  }
  return clusters.filter(({ template }) => isTelling(template));
}

interface Merger {
  template: Template;
  cost: number;
}

function agglomerate<S extends Shape>(clusters: Cluster<S>[]) {
  const known = new Map<Cluster<S>, Map<Cluster<S>, Merger | undefined>>();
  const mergerOf = (a: Cluster<S>, b: Cluster<S>) => {
    const of = known.get(a) ?? new Map<Cluster<S>, Merger | undefined>();
    known.set(a, of);
    if (!of.has(b)) of.set(b, merger(a, b));
    return of.get(b);
  };
  for (;;) {
    let best: { i: number; j: number; merger: Merger } | undefined;
    for (let i = 0; i < clusters.length; i++)
      for (let j = i + 1; j < clusters.length; j++) {
        const found = mergerOf(clusters[i]!, clusters[j]!);
        if (found && (!best || found.cost < best.merger.cost)) best = { i, j, merger: found };
      }
    if (!best) return;
    const { i, j, merger } = best;
    const merged = { template: merger.template, shapes: [...clusters[i]!.shapes, ...clusters[j]!.shapes] };
    clusters.splice(j, 1);
    clusters[i] = merged;
  }
}

function merger(a: Cluster, b: Cluster): Merger | undefined {
  const template = antiUnify(a.template, b.template);
  if (!template || !isTelling(template)) return undefined;
  const [kept, ofA, ofB] = [informationOf(template), informationOf(a.template), informationOf(b.template)];
  return kept < leastKept * Math.max(ofA, ofB) ? undefined : { template, cost: ofA + ofB - 2 * kept };
}
