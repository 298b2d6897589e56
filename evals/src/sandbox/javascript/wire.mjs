/**
 * Values of JavaScript as plain text, exact in type, between two processes that do not trust each other.
 *
 * A graph is flat: `nodes` lists what has identity, each with its content one level deep, and members name each other by
 * place. So cycles and shared members cross as they are, and nothing is ever as deep as the stack. Runs in Node and inside
 * QuickJS: no import, no API but the language's.
 *
 * A member: null, true, false, a string, a finite number; else an array: `[id]` a node, `['u']` undefined, `['n', text]` NaN,
 * Infinity, -Infinity, -0, `['b', digits]` bigint, `['h']` a hole of an array.
 * A node: `[kind, ...content]`, kinds as in `contentOf`; a kind that ends in `!` is frozen.
 * Prototypes never cross: what is not of one of these types is refused, or crosses as a reference (peer.mjs).
 */

/** A value that no message can carry, or a message that carries none. */
export class CannotCross extends Error {}

const errorTypes = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError };
const arrayTypes = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};
const oddNumbers = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};
/** What a call may have changed under the hands of its caller. */
const mutable = /^\[?"?[AONMST]!?(?:"|$)/;
/** No program of a problem needs an array that is mostly holes; one of length 2^32 - 1 would be a bomb. */
const mostHoles = 10_000;

/**
 * `known` are objects that both sides have already, in the order of their ids, with the text of the content that crossed:
 * what has changed of them since goes into `changes`.
 *
 * @param {unknown} root
 * @param {{ objects: object[], texts: string[] }} known
 * @param {{ describe(value: object): unknown[] | undefined }} references
 */
export function encode(root, known, references) {
  const ids = new Map();
  const objects = [...known.objects];
  objects.forEach((object, id) => ids.set(object, id));
  const member = (value) => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : ['n', Object.is(value, -0) ? '-0' : String(value)];
      case 'undefined':
        return ['u'];
      case 'bigint':
        return ['b', String(value)];
      case 'symbol':
        throw new CannotCross('a symbol cannot cross');
      default:
    }
    if (value === null) return null;
    let id = ids.get(value);
    if (id === undefined) {
      id = objects.length;
      ids.set(value, id);
      objects.push(value);
    }
    return [id];
  };
  const encoded = member(root);
  const changes = [];
  for (let id = 0; id < known.objects.length; id++) {
    if (!mutable.test(known.texts[id])) continue;
    const content = contentOf(objects[id], member, references);
    if (JSON.stringify(content) !== known.texts[id]) changes.push([id, content]);
  }
  const nodes = [];
  for (let id = known.objects.length; id < objects.length; id++) nodes.push(contentOf(objects[id], member, references));
  return { root: encoded, nodes, changes, objects };
}

/**
 * The way back. Objects of `known` are filled anew where they have changed.
 *
 * @param {{ root: unknown, nodes: unknown[][], changes: [number, unknown[]][] }} graph
 * @param {object[]} known
 * @param {{ revive(node: unknown[]): object, errorPrototype(name: string): object | undefined }} references
 */
export function decode(graph, known, references) {
  const { root, nodes, changes } = graph;
  if (!Array.isArray(nodes) || !Array.isArray(changes)) throw new CannotCross('a message without nodes');
  const objects = [...known, ...nodes.map((node) => shellOf(node, references))];
  const member = (value) => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (!Array.isArray(value)) throw new CannotCross('a member of no known form');
    const [tag, text] = value;
    if (Number.isInteger(tag) && tag >= 0 && tag < objects.length) return objects[tag];
    if (tag === 'u') return undefined;
    if (tag === 'n' && Object.hasOwn(oddNumbers, text)) return oddNumbers[text];
    if (tag === 'b' && typeof text === 'string' && /^-?\d+$/.test(text)) return BigInt(text);
    throw new CannotCross('a member of no known form');
  };
  for (const change of changes) {
    const [id, content] = Array.isArray(change) ? change : [];
    if (
      !Number.isInteger(id) ||
      !(id >= 0 && id < known.length) ||
      !Array.isArray(content) ||
      !mutable.test(content[0])
    )
      throw new CannotCross('a change of nothing known');
    emptied(objects[id]);
    fill(objects[id], content, member);
  }
  nodes.forEach((node, index) => fill(objects[known.length + index], node, member));
  nodes.forEach((node, index) => {
    if (node[0].endsWith('!')) Object.freeze(objects[known.length + index]);
  });
  return { root: member(root), objects };
}

/** For the way back of a call: what crossed, and the text it crossed as. */
export const knownOf = (objects, nodes) => ({ objects, texts: nodes.map((node) => JSON.stringify(node)) });

function contentOf(value, member, references) {
  const reference = references.describe(value);
  if (reference) return reference;
  const prototype = Object.getPrototypeOf(value);
  const kind = (letter) => (Object.isFrozen(value) ? `${letter}!` : letter);
  if (Array.isArray(value) && prototype === Array.prototype)
    return [kind('A'), itemsOf(value, member), extrasOf(value, member)];
  if (prototype === Object.prototype) return [kind('O'), pairsOf(value, member)];
  if (prototype === null) return [kind('N'), pairsOf(value, member)];
  if (prototype === Map.prototype) {
    noExtras(value);
    return ['M', [...Map.prototype.entries.call(value)].flatMap(([key, item]) => [member(key), member(item)])];
  }
  if (prototype === Set.prototype) {
    noExtras(value);
    return ['S', [...Set.prototype.values.call(value)].map(member)];
  }
  if (prototype === Date.prototype) return ['D', member(Date.prototype.getTime.call(value))];
  if (prototype === RegExp.prototype) return ['R', value.source, value.flags, value.lastIndex];
  if (value instanceof Error) return errorContent(value, member, references);
  for (const [name, type] of Object.entries(arrayTypes))
    if (prototype === type.prototype) return ['T', name, Array.from(value, member)];
  const name = prototype.constructor?.name;
  throw new CannotCross(
    `${typeof name === 'string' && name ? `an object of class ${name}` : 'an object of no known class'} cannot cross`,
  );
}

function itemsOf(array, member) {
  const items = [];
  let holes = 0;
  for (let index = 0; index < array.length; index++) {
    const present = Object.hasOwn(array, index);
    if (!present && ++holes > mostHoles) throw new CannotCross('an array that is mostly holes cannot cross');
    items.push(present ? member(array[index]) : ['h']);
  }
  return items;
}

/** What an array has beside its items, which come first among its keys (ECMA-262, OrdinaryOwnPropertyKeys). */
function extrasOf(array, member) {
  const last = Object.keys(array).at(-1);
  return last === undefined || isIndex(last) ? withoutSymbols(array) : pairsOf(array, member, (key) => !isIndex(key));
}
const isIndex = (key) => /^(?:0|[1-9]\d*)$/.test(key);

/** These the language calls by itself, in a comparison say: data that answers them would not be data. */
function asData(key, value) {
  if (typeof value === 'function' && ['valueOf', 'toString', 'toJSON', 'then'].includes(key))
    throw new CannotCross(`a method ${key} cannot cross`);
  return value;
}

function withoutSymbols(object) {
  if (Object.getOwnPropertySymbols(object).some((symbol) => Object.prototype.propertyIsEnumerable.call(object, symbol)))
    throw new CannotCross('a property named by a symbol cannot cross');
  return [];
}

function pairsOf(object, member, wanted = () => true) {
  withoutSymbols(object);
  const pairs = [];
  for (const key of Object.keys(object).filter(wanted)) {
    const value = object[key];
    asData(key, value);
    pairs.push(key, member(value));
  }
  return pairs;
}

function noExtras(value) {
  if (Object.keys(value).length > 0) throw new CannotCross('a collection with properties of its own cannot cross');
}

function errorContent(error, member, references) {
  const chain = [];
  for (let at = Object.getPrototypeOf(error); at; at = Object.getPrototypeOf(at)) chain.push(at);
  const base =
    Object.keys(errorTypes).find((name) => chain[0] === errorTypes[name].prototype) ??
    Object.keys(errorTypes)
      .toReversed()
      .find((name) => chain.includes(errorTypes[name].prototype)) ??
    'Error';
  const cause = Object.hasOwn(error, 'cause') ? [member(error.cause)] : [];
  const inner = base === 'AggregateError' ? [member([...error.errors])] : [];
  return [
    'E',
    base,
    String(error.name),
    String(error.message),
    references.className?.(error) ?? null,
    extrasOf(error, member),
    cause,
    inner,
  ];
}

function shellOf(node, references) {
  if (!Array.isArray(node) || typeof node[0] !== 'string') throw new CannotCross('a node of no known form');
  switch (node[0].replace(/!$/, '')) {
    case 'A':
      return [];
    case 'O':
      return {};
    case 'N':
      return Object.create(null);
    case 'M':
      return new Map();
    case 'S':
      return new Set();
    case 'D':
      return new Date(0);
    case 'R':
      return new RegExp(text(node[1]), text(node[2]));
    case 'T':
      return new (own(arrayTypes, node[1]))(list(node[2]).length);
    case 'E':
      return errorShell(node, references);
    default:
      return references.revive(node);
  }
}

function errorShell([, base, name, message, className], references) {
  const type = own(errorTypes, base);
  const error = base === 'AggregateError' ? new AggregateError([], text(message)) : new type(text(message));
  const prototype = className === null ? undefined : references.errorPrototype(text(className));
  if (prototype) Object.setPrototypeOf(error, prototype);
  if (error.name !== text(name)) define(error, 'name', name, false);
  return error;
}

function emptied(object) {
  if (Array.isArray(object)) {
    object.length = 0;
    for (const key of Object.keys(object)) Reflect.deleteProperty(object, key);
  } else if (object instanceof Map || object instanceof Set) object.clear();
  else if (!ArrayBuffer.isView(object)) for (const key of Object.keys(object)) delete object[key];
}

function fill(object, node, member) {
  switch (node[0].replace(/!$/, '')) {
    case 'A':
      list(node[1]).forEach((item, index) => {
        if (!(Array.isArray(item) && item[0] === 'h')) define(object, index, member(item), true);
      });
      object.length = node[1].length;
      fillPairs(object, node[2], member);
      return;
    case 'O':
    case 'N':
      fillPairs(object, node[1], member);
      return;
    case 'M':
      for (const [key, value] of pairs(node[1])) object.set(member(key), member(value));
      return;
    case 'S':
      for (const item of list(node[1])) object.add(member(item));
      return;
    case 'D':
      object.setTime(numeric(member(node[1])));
      return;
    case 'R':
      object.lastIndex = numeric(member(node[3]));
      return;
    case 'T':
      if (list(node[2]).length !== object.length) throw new CannotCross('a typed array of another length');
      node[2].forEach((item, index) => {
        object[index] = numeric(member(item));
      });
      return;
    case 'E':
      fillPairs(object, node[5], member);
      for (const cause of list(node[6])) define(object, 'cause', member(cause), false);
      for (const errors of list(node[7])) define(object, 'errors', member(errors), false);
      return;
    default:
  }
}

function fillPairs(object, flat, member) {
  for (const [key, value] of pairs(flat)) define(object, text(key), asData(key, member(value)), true);
}

/** Never by assignment: `__proto__` would be one. */
const define = (object, key, value, enumerable) =>
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });

function pairs(flat) {
  if (list(flat).length % 2 !== 0) throw new CannotCross('a key without a value');
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]);
}

function list(value) {
  if (!Array.isArray(value)) throw new CannotCross('a list was expected');
  return value;
}

function text(value) {
  if (typeof value !== 'string') throw new CannotCross('a text was expected');
  return value;
}

function numeric(value) {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new CannotCross('a number was expected');
  return value;
}

function own(table, name) {
  if (typeof name !== 'string' || !Object.hasOwn(table, name)) throw new CannotCross('a type of no known name');
  return table[name];
}
