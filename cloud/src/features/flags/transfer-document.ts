import {
  FlagDraft,
  SegmentDraft,
  type FlagDefinition,
  type Refusal,
  type SegmentDefinition,
} from '@whetstone/shared/contract';
import type { z } from 'zod';
import { definitionOf } from './definition.ts';
import { segmentDefinition } from './segments/segment-view.ts';

interface OwnDocument {
  flags: FlagDefinition[];
  segments: SegmentDefinition[];
  refused: Refusal[];
}

/** Our own document as it was exported or written: `{flags: [...], segments?: [...]}`. */
export function readOwnDocument(document: Readonly<Record<string, unknown>>): OwnDocument {
  const { flags = [], segments = [], ...rest } = document;
  const refused: Refusal[] = Object.keys(rest).map((name) => ({
    key: '',
    path: `$[${JSON.stringify(name)}]`,
    why: 'a document has flags and segments, and nothing of this name',
  }));
  const read = <T extends { key: string }>(kind: string, list: unknown, schema: z.ZodType<T>): T[] => {
    if (!Array.isArray(list)) {
      refused.push({ key: '', path: `$.${kind}`, why: 'expected a list' });
      return [];
    }
    const taken = new Set<string>();
    return list.flatMap((json: unknown, i) => {
      const parsed = schema.safeParse(json);
      const [issue] = parsed.error?.issues ?? [];
      const isTwice = parsed.data !== undefined && taken.has(parsed.data.key);
      if (parsed.data && !isTwice) {
        taken.add(parsed.data.key);
        return [parsed.data];
      }
      const path = [`$.${kind}[${i}]`, ...(issue?.path ?? []).map(String)].join('.');
      refused.push({ key: keyOf(json), path, why: issue?.message ?? 'its key stands in the document twice' });
      return [];
    });
  };
  return {
    flags: read('flags', flags, FlagDraft).map(definitionOf),
    segments: read('segments', segments, SegmentDraft).map(({ reason: _, ...draft }) => segmentDefinition(draft)),
    refused,
  };
}

function keyOf(json: unknown): string {
  const key: unknown = typeof json === 'object' && json !== null && 'key' in json ? json.key : undefined;
  return typeof key === 'string' ? key.slice(0, 128) : '';
}
