import { basename } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import { parseRow, rowsOf, type FileContent } from '../datasets/read-rows.ts';

/** A page that somebody says answers a query. */
export interface Label {
  /** Its address or path, as the file has it. */
  page: string;
  /** How well: 3 answers it, 1 is related, 0 was looked at and does not. */
  grade: number;
}

export interface LabelledQuery {
  id: string;
  query: string;
  kind: string | undefined;
  library: string | undefined;
  version: string | undefined;
  labels: Label[];
}

const text = z.string().min(1);
const library = text
  .max(214)
  .regex(/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i, 'expected a name like react or @scope/name')
  .nullish();

const QueryRow = z
  .object({
    id: z.union([text, z.number()]).transform(String),
    query: z.string().trim().min(1, 'asks for nothing').max(10_000),
    kind: text.nullish(),
    lib: library,
    library,
    version: text.nullish(),
    qrels: z.array(
      z
        .object({
          url: text.nullish(),
          path: text.nullish(),
          grade: z.number().min(0, 'expected no negative number').max(10).default(1),
        })
        .refine(({ url, path }) => url != null || path != null, 'expected a url or a path'),
    ),
  })
  .refine(({ qrels }) => qrels.some(({ grade }) => grade > 0), {
    path: ['qrels'],
    error: 'expected at least one page with a grade above 0',
  });

/** Throws a WhetstoneError `invalid` that names file, line and field. Columns that are not known are ignored. */
export function queriesIn(content: FileContent): LabelledQuery[] {
  const seen = new Map<string, string>();
  const queries = rowsOf(content).map((raw) => {
    const row = parseRow(QueryRow, raw);
    const before = seen.get(row.id);
    if (before !== undefined)
      throw new WhetstoneError('invalid', `${raw.at}: id: ${row.id} is that of ${before} already`);
    seen.set(row.id, raw.at);
    return {
      id: row.id,
      query: row.query,
      kind: row.kind ?? undefined,
      library: row.library ?? row.lib ?? undefined,
      version: row.version ?? undefined,
      labels: row.qrels.map(({ url, path, grade }) => ({ page: url ?? path!, grade })),
    };
  });
  if (queries.length === 0) throw new WhetstoneError('invalid', `${basename(content.path)}: holds no query`);
  return queries;
}
