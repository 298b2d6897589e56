import { isRecord, type Json } from '../flags/reading.ts';
import type { Tree } from './tree.ts';
import { refuse, type Path } from './unsayable.ts';

/** What the parts of one flagd flag share. */
export interface Scope {
  /** As it stands in the document: part of what is hashed. */
  readonly flagdKey: string;
  readonly evaluators: Json;
  /** What serves a variant; the same object for the same name. */
  readonly variant: (name: string, path: Path) => Tree;
  readonly defaultVariant: string;
  /** A flag has one salt; the first split says which. */
  readonly takeSalt: (salt: string, path: Path) => void;
}

/** Follows `$ref` to what it names. */
export function resolved(json: unknown, path: Path, { evaluators }: Scope): { json: unknown; path: Path } {
  if (!isRecord(json) || !('$ref' in json)) return { json, path };
  const at = [...path, '$ref'];
  const name = json['$ref'];
  if (path[0] === '$evaluators') refuse(at, 'a reference inside $evaluators is not followed in flagd');
  if (typeof name !== 'string' || !Object.hasOwn(evaluators, name)) {
    return refuse(at, `$evaluators has no ${JSON.stringify(name)}`);
  }
  return { json: evaluators[name], path: ['$evaluators', name] };
}
