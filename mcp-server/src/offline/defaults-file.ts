import { readFile } from 'node:fs/promises';

export interface Defaults {
  flags: ReadonlyMap<string, unknown>;
  /** Why the file is not in use. */
  problem?: string;
}

/** The values to fall back on, `{flags: {key: value}}`; a file that cannot be used is named, never fatal. */
export async function readDefaults(path: string | undefined): Promise<Defaults> {
  if (path === undefined) return { flags: new Map() };
  try {
    const { flags } = JSON.parse(await readFile(path, 'utf8')) as { flags?: unknown };
    if (typeof flags === 'object' && flags !== null && !Array.isArray(flags)) {
      return { flags: new Map(Object.entries(flags)) };
    }
  } catch {
    // Missing, no permission and no JSON are mended alike: by the person who named the file.
  }
  return {
    flags: new Map(),
    problem: `WHETSTONE_DEFAULTS: ${path} is not a readable JSON file {"flags": {key: value}}.`,
  };
}
