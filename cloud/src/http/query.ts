import { hasBody, pathKeys, queryShape, type Operation } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import { z } from 'zod';

type Query = Record<string, string | string[] | undefined>;

/**
 * Reads a query as the input it stands for. A value stays text where the field takes text (`userId=42`) and is read as
 * JSON where it does not (`limit=3`, `explain=true`). Names that no field has go to the operation's `rest` or are refused:
 * what a caller asked for and did not get (`dryRun=true`) may matter to them.
 */
export function queryReader(op: Operation): (query: Query) => Record<string, unknown> {
  const isJson = new Map(queryFields(op).map(([name, field]) => [name, takesJson(field)]));

  return (query) => {
    const input: Record<string, unknown> = {};
    let rest: Record<string, unknown> | undefined;
    for (const name of Object.keys(query)) {
      const text = query[name];
      const json = name === op.rest ? undefined : isJson.get(name);
      if (json !== undefined) input[name] = json && typeof text === 'string' ? jsonOrText(text) : text;
      else if (op.rest) (rest ??= emptyRecord())[name] = text;
      else if (op.role !== 'public') throw invalidField(name, 'this operation takes nothing of this name in its query');
    }
    if (rest && op.rest) input[op.rest] = rest;
    return input;
  };
}

/** What the path fills and what the body brings is not the query's to say. */
function queryFields(op: Operation): [string, z.core.$ZodType][] {
  if (hasBody(op)) return Object.entries(queryShape(op));
  if (!(op.input instanceof z.ZodObject)) return [];
  const inPath = pathKeys(op.path);
  return Object.entries(op.input.shape).filter(([name]) => !inPath.includes(name));
}

/** Without a prototype, so that an attribute called `__proto__` is an attribute. */
const emptyRecord = () => Object.create(null) as Record<string, unknown>;

function takesJson(field: z.core.$ZodType): boolean {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodNullable) {
    return takesJson(field.unwrap());
  }
  return field instanceof z.ZodNumber || field instanceof z.ZodBoolean;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
