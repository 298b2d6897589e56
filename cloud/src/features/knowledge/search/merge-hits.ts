import { tokensOf, type Hit } from '@whetstone/shared/knowledge';
import { isOfficial } from './plan-search.ts';
import type { VisibleVersion } from './visible-versions.ts';

/** What was found in one copy of a library's version. */
export interface Found {
  version: VisibleVersion;
  hits: readonly Hit[];
}

export interface MergedHit extends Hit {
  version: VisibleVersion;
}

/**
 * What several segments answer, best first, within one limit and one budget. The same passage is shown once, and an unofficial
 * copy of a library behind all that is official of it.
 */
export function mergeHits(found: readonly Found[], { limit, tokenBudget }: { limit: number; tokenBudget: number }) {
  const all = found.flatMap(({ version, hits }) => hits.map((hit): MergedHit => ({ ...hit, version })));
  const best = Math.max(0, ...all.map(({ score }) => score));
  const ordered = found.length === 1 ? all : officialFirst(all.toSorted((a, b) => b.score - a.score));
  const merged: MergedHit[] = [];
  const seen = new Set<string>();
  let left = tokenBudget;
  for (const hit of ordered) {
    if (merged.length === limit) break;
    const cost = tokensOf(hit.chunk.text);
    if (seen.has(hit.chunk.contentHash) || (cost > left && merged.length > 0)) continue;
    seen.add(hit.chunk.contentHash);
    left -= cost;
    merged.push({ ...hit, relevance: best === 0 ? 0 : hit.score / best });
  }
  return merged;
}

function officialFirst(hits: readonly MergedHit[]): MergedHit[] {
  const official = new Set(hits.filter(({ version }) => isOfficial(version)).map(({ version }) => version.library));
  const isBehind = ({ version }: MergedHit) => !isOfficial(version) && official.has(version.library);
  return [...hits.filter((hit) => !isBehind(hit)), ...hits.filter(isBehind)];
}
