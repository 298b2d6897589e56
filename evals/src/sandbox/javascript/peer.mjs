import { CannotCross, decode, encode, knownOf } from './wire.mjs';

/**
 * One end of a conversation of calls. Both ends are alike: a function, a handle, a generator or a promise crosses as a
 * reference that its owner keeps, everything else as data. A call copies its arguments there and what became of them back,
 * so that a function that sorts its argument in place has sorted the caller's.
 *
 * Messages are text, one question answered before the next is asked, but for questions that the answering side asks
 * meanwhile (a callback). Nothing arrives unasked: who waits for a promise says so, and the other side runs that long.
 *
 * `may` names what the other side may ask for here. The driver lets its candidate call functions that it was handed, and
 * nothing else: to get `constructor` of one would be to get all of the driver.
 *
 * @param {{
 *   send(text: string): void, receive(): string | undefined, may: readonly string[],
 *   classes(): readonly [string, Function][], isHandle?(name: string): boolean,
 *   onAnswer?(asked: string): void, onSettled?(): void, broken(reason: string, cause?: unknown): never,
 *   unsendable(error: unknown): never
 * }} options `classes` are those whose objects cross as handles; `broken` ends the conversation for good.
 */
export function createPeer({
  send,
  receive,
  may,
  classes,
  isHandle = () => false,
  onAnswer,
  onSettled,
  broken,
  unsendable,
}) {
  const mine = new Map();
  const idOfMine = new Map();
  const theirs = new Map();
  const idOfTheirs = new Map();
  const deferred = new Map();
  const settled = [];
  let asked = 0;

  const references = {
    describe(value) {
      const id = idOfTheirs.get(value);
      if (id !== undefined) return ['<', id];
      if (typeof value === 'function') return ['F', keep(value), nameOf(value), lengthOf(value)];
      if (value instanceof Promise) return ['P', keep(value)];
      if (isIterator(value)) return ['G', keep(value), Symbol.asyncIterator in value];
      const name = value instanceof Error ? undefined : className(value);
      return name === undefined ? undefined : ['H', keep(value), name];
    },
    revive(node) {
      const [kind, id] = node;
      if (!Number.isSafeInteger(id)) throw new CannotCross('a reference without a number');
      if (kind === '<') {
        if (!mine.has(id)) throw new CannotCross('a reference to nothing');
        return mine.get(id);
      }
      if (theirs.has(id)) return theirs.get(id);
      const value = revived(node);
      theirs.set(id, value);
      idOfTheirs.set(value, id);
      return value;
    },
    className,
    errorPrototype: (name) => classes().find(([known]) => known === name)?.[1].prototype,
  };

  /** Of the nearest class, where one inherits another. */
  function className(value) {
    const known = classes();
    for (let at = Object.getPrototypeOf(value); at; at = Object.getPrototypeOf(at)) {
      const found = known.find(([, type]) => type.prototype === at);
      if (found) return found[0];
    }
    return undefined;
  }

  function keep(value) {
    let id = idOfMine.get(value);
    if (id === undefined) {
      id = mine.size;
      mine.set(id, value);
      idOfMine.set(value, id);
      if (value instanceof Promise) watch(value, id);
    }
    return id;
  }

  function watch(promise, id) {
    const settle = (kept) => (value) => {
      settled.push([id, kept, value]);
      onSettled?.();
    };
    // Not by its own `then`, which a program may have made.
    void Promise.prototype.then.call(promise, settle(true), settle(false));
  }

  function revived([kind, id, third, fourth]) {
    if (kind === 'F') return functionProxy(String(third), Number(fourth));
    if (kind === 'P') return new Promise((resolve, reject) => deferred.set(id, { resolve, reject }));
    if (kind === 'G') return generatorProxy(third === true);
    if (kind === 'H' && isHandle(third)) return handleProxy(third);
    throw new CannotCross('a node of no known kind');
  }

  function functionProxy(name, length) {
    // Not an arrow function: tests make objects of classes.
    const target = function () {};
    Object.defineProperty(target, 'name', { value: name, configurable: true });
    Object.defineProperty(target, 'length', { value: length, configurable: true });
    const proxy = new Proxy(target, {
      apply: (_target, self, args) => ask('call', [proxy, isTheirs(self) ? self : undefined, args]),
      construct: (_target, args) => ask('new', [proxy, args]),
      get: (own, key) => (isLocal(own, key) ? Reflect.get(own, key) : ask('get', [proxy, key])),
      set: (_own, key, value) => typeof key === 'string' && ask('set', [proxy, key, value]),
      has: (own, key) => isLocal(own, key) || ask('has', [proxy, key]),
    });
    return proxy;
  }
  const isLocal = (own, key) => typeof key === 'symbol' || key in own;

  // Calls carry `this` only where it means something on the other side.
  const isTheirs = (value) => value !== null && typeof value === 'object' && idOfTheirs.has(value);

  function handleProxy(name) {
    const type = classes().find(([known]) => known === name)?.[1];
    const target = Object.create(type?.prototype ?? Object.prototype);
    const proxy = new Proxy(target, {
      get(_target, key) {
        if (key === 'constructor') return type;
        if (key === Symbol.iterator && ask('has', [proxy, '@@iterator'])) return () => ask('iterate', [proxy]);
        return typeof key === 'symbol' ? undefined : ask('get', [proxy, key]);
      },
      set: (_target, key, value) => typeof key === 'string' && ask('set', [proxy, key, value]),
      has: (_target, key) => typeof key === 'string' && ask('has', [proxy, key]),
      deleteProperty: (_target, key) => typeof key === 'string' && ask('delete', [proxy, key]),
      ownKeys: () => ask('keys', [proxy]).map(String),
      getOwnPropertyDescriptor(_target, key) {
        if (typeof key !== 'string' || !ask('keys', [proxy]).includes(key)) return undefined;
        return { value: ask('get', [proxy, key]), writable: true, enumerable: true, configurable: true };
      },
    });
    return proxy;
  }

  function generatorProxy(isAsync) {
    const step =
      (method) =>
      (...args) =>
        ask('step', [proxy, method, args]);
    const proxy = { next: step('next'), return: step('return'), throw: step('throw') };
    Object.defineProperty(proxy, isAsync ? Symbol.asyncIterator : Symbol.iterator, { value: () => proxy });
    return proxy;
  }

  function ask(operation, root) {
    const number = ++asked;
    const question = asking(root);
    send(JSON.stringify([number, operation, question.root, question.nodes]));
    for (;;) {
      const [at, kind, answer, nodes, changes] = message();
      if (may.includes(kind)) {
        perform(at, kind, answer, nodes);
        continue;
      }
      if (at !== number) broken('an answer to no question');
      if (kind === 'cannot') broken(typeof answer === 'string' ? answer : 'what it gave cannot cross');
      if (kind !== 'ok' && kind !== 'threw') broken('a message of no known kind');
      const value = received({ root: answer, nodes, changes }, question.objects);
      onAnswer?.(operation);
      if (kind === 'threw') throw value;
      return value;
    }
  }

  function asking(root) {
    try {
      return encode(root, knownOf([], []), references);
    } catch (error) {
      return unsendable(error);
    }
  }

  function message() {
    const text = receive();
    if (text === undefined) broken('it ended before it answered');
    let parsed;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      broken('a message that is no JSON', error);
    }
    return Array.isArray(parsed) ? parsed : broken('a message of no known form');
  }

  function received(graph, known) {
    try {
      return decode(graph, known, references).root;
    } catch (error) {
      return broken(error instanceof CannotCross ? error.message : 'what it gave could not be read', error);
    }
  }

  /** Does what the other side asks and answers, whatever comes of it. */
  function perform(number, operation, root, nodes) {
    let question;
    try {
      question = decode({ root, nodes, changes: [] }, [], references);
    } catch (error) {
      broken(error instanceof CannotCross ? error.message : 'a question that could not be read', error);
    }
    const known = knownOf(question.objects, nodes);
    try {
      answer(number, 'ok', performed(operation, question.root), known);
    } catch (error) {
      if (isOver(error)) throw error;
      answer(number, 'threw', error, known);
    }
  }

  function answer(number, kind, value, known) {
    let text;
    try {
      const graph = encode(value, known, references);
      text = JSON.stringify([number, kind, graph.root, graph.nodes, graph.changes]);
    } catch (error) {
      text = JSON.stringify([
        number,
        'cannot',
        error instanceof CannotCross ? error.message : 'what it gave could not be written',
      ]);
    }
    send(text);
  }

  function performed(operation, root) {
    const [target, ...rest] = root;
    switch (operation) {
      case 'call':
        if (typeof target !== 'function') throw new TypeError('not a function');
        return Reflect.apply(target, rest[0], rest[1]);
      case 'new':
        return Reflect.construct(target, rest[0]);
      case 'get':
        return target[rest[0]];
      case 'set':
        return Reflect.set(target, rest[0], rest[1]);
      case 'has':
        return (rest[0] === '@@iterator' ? Symbol.iterator : rest[0]) in target;
      case 'delete':
        return Reflect.deleteProperty(target, rest[0]);
      case 'keys':
        return Object.keys(target);
      case 'iterate':
        return target[Symbol.iterator]();
      case 'step':
        if (!isIterator(target) || !['next', 'return', 'throw'].includes(rest[0]))
          throw new TypeError('not an iterator');
        return target[rest[0]](...rest[1]);
      default:
        throw new TypeError('nothing known is asked');
    }
  }

  function settle(list) {
    for (const [id, kept, value] of list) {
      const promise = deferred.get(id);
      deferred.delete(id);
      if (kept) promise?.resolve(value);
      else promise?.reject(value);
    }
  }

  return {
    ask,
    /** Lets the other side run for so long, or until a promise of its own is settled; settles on both sides what is. */
    wait(forMs) {
      settle(ask('wait', [forMs, settled.splice(0)]));
    },
    /** Performs what is asked, until it is to load or to wait: then that, with a way to answer. Undefined at the end. */
    next() {
      for (;;) {
        const text = receive();
        if (text === undefined) return undefined;
        const [number, operation, root, nodes] = JSON.parse(text);
        if (may.includes(operation)) {
          perform(number, operation, root, nodes);
          continue;
        }
        const question = decode({ root, nodes, changes: [] }, [], references);
        const known = knownOf(question.objects, nodes);
        if (operation === 'wait') settle(question.root[1]);
        return {
          operation,
          root: question.root,
          answer: (kind, value) => answer(number, kind, value, known),
          rested: () => answer(number, 'ok', settled.splice(0), known),
        };
      }
    },
    hasSettled: () => settled.length > 0,
    /** Whether promises of the other side are still open. */
    hasOpen: () => deferred.size > 0,
  };
}

/** Thrown through everything when a conversation is over. */
export class Over extends Error {}
const isOver = (error) => error instanceof Over;

const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([].values()));
const asyncIteratorPrototype = Object.getPrototypeOf(
  Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())),
);
const isIterator = (value) =>
  Object.prototype.isPrototypeOf.call(iteratorPrototype, value) ||
  Object.prototype.isPrototypeOf.call(asyncIteratorPrototype, value);

const nameOf = (value) => (typeof value.name === 'string' ? value.name : '');
const lengthOf = (value) => (Number.isSafeInteger(value.length) ? value.length : 0);
