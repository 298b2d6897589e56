/** Where each thing about feedback is looked at. */
export const correctionPath = (id: string, search = '') => `/feedback/${encodeURIComponent(id)}${search}`;

export const patternPath = (id: string) => `/feedback/patterns/${encodeURIComponent(id)}`;

export const guidancePath = (version: string) => `/feedback/guidance/${encodeURIComponent(version)}`;

interface NewGuidance {
  parent?: string | undefined;
  pattern?: string | undefined;
}

/** The editor of a new version, made from another one or beginning with the rule of a pattern. */
export function newGuidancePath({ parent, pattern }: NewGuidance = {}): string {
  const said = Object.entries({ parent, pattern }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(said).toString();
  return text === '' ? '/feedback/guidance/new' : `/feedback/guidance/new?${text}`;
}
