import { tokensForTexts } from '@whetstone/shared/feedback';
import { count, id, name, readFields, type Field } from '../models/fields.ts';
import { fitting } from '../offline/fitting.ts';

export interface ExampleQuestion {
  taskType?: string;
  language?: string;
  repoId?: string;
  query?: string;
  limit: number;
  tokenBudget: number;
  exceptTaskId?: string;
}

const most = { limit: 20, tokenBudget: 20_000, query: 4_000 };
/** Of an address, which servers and proxies cut off not far above. */
const mostQueryBytes = 6_000;

const query: Field = (value) => {
  if (typeof value !== 'string' || value.trim() === '') return { mustBe: 'a text that is not empty' };
  let text = fitting(value.trim(), most.query);
  while (encodeURIComponent(text).length > mostQueryBytes)
    text = text.slice(0, Math.floor(text.length * 0.8)).toWellFormed();
  return { value: text };
};

const fields: Readonly<Record<string, Field>> = {
  taskType: name(128),
  language: name(128),
  repoId: id,
  query,
  limit: count(1, 1_000_000),
  tokenBudget: count(1, 1_000_000_000),
  exceptTaskId: id,
};

/** What is asked for, without what may not leave the machine; who asks for more than there can be gets the most. */
export function readQuestion(sent: unknown): ExampleQuestion | { problem: string } {
  const read = readFields(fields, sent);
  if ('problem' in read) return read;
  const { limit = 3, tokenBudget = 2_000, ...rest } = read.values;
  return {
    ...asTexts(rest),
    limit: Math.min(Number(limit), most.limit),
    tokenBudget: Math.min(Number(tokenBudget), most.tokenBudget),
  };
}

export function pathOf({ limit, tokenBudget, ...rest }: ExampleQuestion): string {
  const forTexts = tokensForTexts({ limit, tokenBudget });
  const query = new URLSearchParams({ ...rest, limit: `${limit}`, tokenBudget: `${forTexts}` });
  return `/api/feedback/examples?${query}`;
}

/** Only called with what the fields above made: texts. */
const asTexts = (values: Record<string, unknown>) => values as Record<string, string>;
