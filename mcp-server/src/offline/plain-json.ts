import { sound } from './fitting.ts';

/** The cloud takes 64 levels, of which the record around it is one. */
const maxDepth = 60;

/**
 * A value as JSON has it, in texts that the cloud can hold; undefined for what JSON has no word for, and a sentence for what
 * cannot be written at all, or in so many bytes.
 */
export function plainJson(value: unknown, maxBytes: number): { value: unknown } | string | undefined {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    return `it cannot be written as JSON: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
  if (json === undefined) return undefined;
  // First of all: to look through ten megabytes takes a second of whoever tells.
  const bytes = Buffer.byteLength(json);
  if (bytes > maxBytes) return `${bytes} bytes are more than are sent`;
  try {
    return { value: soundJson(JSON.parse(json), maxDepth) };
  } catch (error) {
    if (error instanceof TooDeep) return `it is nested deeper than ${maxDepth} levels`;
    throw error;
  }
}

class TooDeep extends Error {}

function soundJson(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return sound(value);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) throw new TooDeep();
  if (Array.isArray(value)) return value.map((item) => soundJson(item, levels - 1));
  const members = Object.entries(value).map(([name, member]) => [sound(name), soundJson(member, levels - 1)]);
  return Object.fromEntries(members);
}
