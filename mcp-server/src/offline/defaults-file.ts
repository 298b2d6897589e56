import { readFile } from 'node:fs/promises';
import { isRecord } from '../json.ts';

export interface Defaults {
  flags: ReadonlyMap<string, unknown>;
  /** The model to fall back on. */
  model?: string | undefined;
  /** By kind of task; before `model`. */
  models: ReadonlyMap<string, string>;
  /** Why the file, or a part of it, is not in use. */
  problem?: string | undefined;
}

const shape = '{"flags": {key: value}, "model": id, "models": {taskType: id}}';

/** The values to fall back on; a file that cannot be used is named, never fatal. */
export async function readDefaults(path: string | undefined): Promise<Defaults> {
  if (path === undefined) return { flags: new Map(), models: new Map() };
  const unusable = `WHETSTONE_DEFAULTS: ${path} is not a readable JSON file ${shape}.`;
  try {
    const file: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isRecord(file) && ['flags', 'model', 'models'].some((name) => name in file)) return defaultsIn(file, unusable);
  } catch {
    // Missing, no permission and no JSON are mended alike: by the person who named the file.
  }
  return { flags: new Map(), models: new Map(), problem: unusable };
}

/** Each member that is as it should be; a file of models alone needs no flags. */
function defaultsIn({ flags = {}, model, models = {} }: Record<string, unknown>, unusable: string): Defaults {
  const named = isRecord(models)
    ? Object.entries(models).filter((entry): entry is [string, string] => isName(entry[1]))
    : [];
  const isWhole =
    isRecord(flags) &&
    (model === undefined || isName(model)) &&
    isRecord(models) &&
    named.length === Object.keys(models).length;
  return {
    flags: new Map(isRecord(flags) ? Object.entries(flags) : []),
    model: isName(model) ? model : undefined,
    models: new Map(named),
    ...(!isWhole && { problem: unusable }),
  };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
