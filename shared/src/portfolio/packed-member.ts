/** A part of a document that may be anything, and where it was. */
export interface Member {
  value: unknown;
  path: string;
}

export function refuse({ path, value }: Member, expected: string): never {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  throw new RangeError(`${path} is ${got}, expected ${expected}`);
}

export function recordIn(member: Member): { record: Record<string, unknown>; path: string } {
  const { value, path } = member;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(member, 'an object');
  return { record: { ...value }, path };
}

export const memberOf = ({ record, path }: ReturnType<typeof recordIn>, name: string): Member => ({
  value: Object.hasOwn(record, name) ? record[name] : undefined,
  path: `${path}.${name}`,
});

export function arrayIn(member: Member): Member[] {
  const { value, path } = member;
  if (!Array.isArray(value)) return refuse(member, 'an array');
  return value.map((one: unknown, index) => ({ value: one, path: `${path}[${index}]` }));
}

/** What is no number in it is NaN, so that the one cell it belongs to is left out. */
export function numbersIn(member: Member): number[] {
  const { value } = member;
  if (!Array.isArray(value)) return refuse(member, 'an array');
  return value.map((one: unknown) => (typeof one === 'number' ? one : NaN));
}

export function numberIn(member: Member): number {
  const { value } = member;
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(member, 'a number');
}

export const textIn = (member: Member): string =>
  typeof member.value === 'string' ? member.value : refuse(member, 'a string');

export const flagIn = (member: Member): boolean =>
  typeof member.value === 'boolean' ? member.value : refuse(member, 'true or false');

export const textsIn = (member: Member): string[] => arrayIn(member).map(textIn);

export const isMember = <Value>(values: readonly Value[], value: unknown): value is Value =>
  (values as readonly unknown[]).includes(value);
