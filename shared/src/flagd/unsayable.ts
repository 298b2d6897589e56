/** What one document format cannot say of the other: where it stands, and why. Never crosses the conversion's door. */
class Unsayable extends Error {
  readonly path: Path;

  constructor(path: Path, why: string) {
    super(why);
    this.path = path;
  }
}

export type Path = readonly (string | number)[];

/** What was left out, by name. */
export interface Refusal {
  /** Of the flag; empty for a part of the document that belongs to none. */
  key: string;
  /** Such as `$.flags.banner.targeting.if[0]`. */
  path: string;
  why: string;
}

export function refuse(path: Path, why: string): never {
  throw new Unsayable(path, why);
}

export const jsonPath = (path: Path): string =>
  path.reduce<string>((text, part) => text + (typeof part === 'number' ? `[${part}]` : memberOf(part)), '$');

const memberOf = (name: string) => (/^[A-Za-z_$][\w$-]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

/** Runs a conversion of one flag: what it makes, or what it refused. */
export function attempt<T>(key: string, convert: () => T): { made: T } | { refusal: Refusal } {
  try {
    return { made: convert() };
  } catch (error) {
    if (error instanceof Unsayable) return { refusal: { key, path: jsonPath(error.path), why: error.message } };
    throw error;
  }
}
