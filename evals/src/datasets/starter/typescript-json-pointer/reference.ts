export function pointTo(document: unknown, pointer: string): { found: boolean; value?: unknown } {
  if (pointer !== '' && !pointer.startsWith('/')) throw new SyntaxError(`a pointer starts with a slash: ${pointer}`);
  if (/~(?![01])/.test(pointer)) throw new SyntaxError(`a ~ is written ~0: ${pointer}`);
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return { found: false };
    if (Array.isArray(value) && !/^(?:0|[1-9][0-9]*)$/.test(name)) return { found: false };
    value = (value as Record<string, unknown>)[name];
  }
  return { found: true, value };
}
