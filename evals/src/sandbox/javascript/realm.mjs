/**
 * A print of the language's own objects: every property of every global and of its prototype, by identity. Two prints of
 * one process are equal unless code changed one of them.
 */
export function realmPrint() {
  const parts = [];
  const seen = new Set();
  const visit = (object, depth) => {
    if (object === null || (typeof object !== 'object' && typeof object !== 'function') || seen.has(object)) return;
    seen.add(object);
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      parts.push(
        String(key),
        'value' in property ? idOf(property.value) : `${idOf(property.get)},${idOf(property.set)}`,
      );
      if (depth > 0 && 'value' in property && object !== globalThis) visit(property.value, depth - 1);
    }
    parts.push('proto', idOf(Object.getPrototypeOf(object)));
  };
  visit(globalThis, 0);
  for (const name of languageNames) visit(globalThis[name], 1);
  for (const iterator of [
    [].values(),
    new Map().values(),
    new Set().values(),
    ''[Symbol.iterator](),
    (function* () {})(),
  ])
    for (let at = Object.getPrototypeOf(iterator); at; at = Object.getPrototypeOf(at)) visit(at, 1);
  return parts.join(' ');
}

const languageNames = Object.getOwnPropertyNames(globalThis).filter((name) => {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  return /^[A-Z]/.test(name) && 'value' in property;
});

const ids = new WeakMap();
const counted = { last: 0 };
function idOf(value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value);
  if (!ids.has(value)) ids.set(value, ++counted.last);
  return `#${ids.get(value)}`;
}
