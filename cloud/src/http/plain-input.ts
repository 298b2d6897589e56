import { isSoundText, parseInput } from '@whetstone/shared/contract';
import { z } from 'zod';

/**
 * A parser for one operation's inputs. Most are a few optional texts, of which a schema can only find the length at fault:
 * those are looked at directly, for a quarter of what the whole schema costs. Anything else, and every fault, goes to
 * `parseInput`, so that what is taken and what is said about the rest does not differ.
 */
export function inputParser<T extends z.ZodType>(schema: T): (sent: unknown) => z.output<T> {
  const fields = plainFields(schema);
  if (!fields) return (sent) => parseInput(schema, sent);
  return (sent) => (isPlain(sent, fields) ? sent : parseInput(schema, sent)) as z.output<T>;
}

type Check = (value: unknown) => boolean;

interface PlainFields {
  checks: ReadonlyMap<string, Check>;
  required: readonly string[];
}

/** Undefined for a schema that does more than look at its fields one by one, or that fills in what is missing. */
function plainFields(schema: z.ZodType): PlainFields | undefined {
  if (!(schema instanceof z.ZodObject) || (schema.def.checks?.length ?? 0) > 0) return undefined;
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>);
  if (fields.some(([, field]) => field.safeParse(undefined).data !== undefined)) return undefined;
  return {
    checks: new Map(fields.flatMap(([name, field]) => (textIn(field) ? [[name, checkOf(field)]] : []))),
    required: fields.filter(([, field]) => !field.safeParse(undefined).success).map(([name]) => name),
  };
}

const textIn = (field: z.ZodType): z.ZodString | undefined => {
  const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
  return inner instanceof z.ZodString && !inner.def.checks?.some(isRewriting) ? inner : undefined;
};

/** A trim or the like gives back another text than was sent. */
const isRewriting = (check: z.core.$ZodCheck<string>) => check._zod.def.check === 'overwrite';

function checkOf(field: z.ZodType): Check {
  const text = textIn(field)!;
  const { maxLength } = text;
  const isLengthAll = text.def.checks?.every((check) => check._zod.def.check === 'max_length') ?? true;
  if (!isLengthAll) return (value) => typeof value === 'string' && field.safeParse(value).success;
  return (value) => typeof value === 'string' && (maxLength === null || value.length <= maxLength);
}

function isPlain(sent: unknown, { checks, required }: PlainFields) {
  const record = sent as Record<string, unknown>;
  for (const name in record) {
    const value = record[name];
    if (!checks.get(name)?.(value) || !isSoundText(value as string)) return false;
  }
  return required.every((name) => record[name] !== undefined);
}
