/**
 * What Pyodide needs of a JavaScript shell, put into a realm that has nothing but the language itself. `host` are
 * functions of another realm: they are kept in closures, and nothing of theirs is handed on, errors included.
 */
export function furnish(host) {
  const own = (call) => {
    try {
      return call();
    } catch (error) {
      throw new Error(String(error));
    }
  };
  const globals = {
    // These two make Pyodide take this for a shell, and so look for neither Node nor a browser.
    read: () => {
      throw new Error('no files here');
    },
    load: () => {},
    readbuffer: (path) => {
      const bytes = new Uint8Array(own(() => host.sizeOf(path)));
      own(() => host.copyInto(path, bytes));
      return bytes.buffer;
    },
    // How Pyodide's shell asks for random bytes: `head -c<n> /dev/urandom | base64`.
    os: {
      system: (_command, [, line]) => own(() => host.randomBase64(Number.parseInt(line.slice('head -c'.length), 10))),
    },
    TextDecoder: class {
      #encoding;
      constructor(encoding = 'utf-8') {
        this.#encoding = `${encoding}`;
      }
      decode(bytes) {
        return own(() => host.decode(this.#encoding, bytes));
      }
    },
    TextEncoder: class {
      encode(text) {
        return Uint8Array.from(unescape(encodeURIComponent(text)), (letter) => letter.charCodeAt(0));
      }
      encodeInto(text, into) {
        const bytes = this.encode(text);
        into.set(bytes);
        return { read: text.length, written: bytes.length };
      }
    },
    performance: { now: () => host.now() },
    console: {
      log: () => {},
      warn: (...said) => host.say(said.join(' ')),
      error: (...said) => host.say(said.join(' ')),
    },
    setTimeout: () => 0,
    clearTimeout: () => {},
    // A finaliser would touch memory that a reset has given another meaning.
    FinalizationRegistry: class {
      register() {}
      unregister() {}
    },
  };
  Object.assign(globalThis, globals);
  return () => {
    for (const name of ['read', 'load', 'readbuffer', 'WebAssembly', 'eval', 'Function']) delete globalThis[name];
  };
}
