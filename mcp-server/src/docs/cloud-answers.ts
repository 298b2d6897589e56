import { isRecord } from '../json.ts';
import type { DocPassage } from '../docs-answer.ts';

/** A passage as the cloud sends it, each member held against what it should be: its text will be shown to a model. */
export function passageIn(value: unknown): DocPassage[] {
  if (!isRecord(value) || typeof value['snippet'] !== 'string') return [];
  const { symbol, warnings } = value;
  return [
    {
      snippet: value['snippet'],
      url: textOf(value['url']),
      relevance: numberOf(value['relevance']),
      library: textOf(value['library']),
      version: textOf(value['version']),
      title: textOf(value['title']),
      heading: textOf(value['heading']),
      path: textOf(value['path']),
      startLine: numberOf(value['startLine']),
      endLine: numberOf(value['endLine']),
      contentHash: textOf(value['contentHash']),
      citationId: textOf(value['citationId']),
      trust: 'untrusted-documentation',
      provenance: textOf(value['provenance']) || 'unofficial',
      symbol: isRecord(symbol)
        ? {
            name: textOf(symbol['name']),
            signature: textOf(symbol['signature']),
            deprecated: typeof symbol['deprecated'] === 'string' ? symbol['deprecated'] : null,
          }
        : null,
      warnings: textsOf(warnings),
      stale: value['stale'] === true,
    },
  ];
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
export const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null);
export const textsOf = (value: unknown) =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
export const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
