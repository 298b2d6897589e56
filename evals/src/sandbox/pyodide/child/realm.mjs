import { readFileSync } from 'node:fs';
import vm from 'node:vm';

/** Evaluates modules in a realm that has the language alone: no `process`, no `require`, no network, no code from strings. */
export function createBareRealm() {
  const context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: true } });
  const loaded = new Map();
  const load = (file) => {
    if (!loaded.has(file.href))
      loaded.set(
        file.href,
        new vm.SourceTextModule(readFileSync(file, 'utf8'), {
          context,
          identifier: file.href,
          initializeImportMeta: (meta) => void (meta.url = 'file:///'),
          importModuleDynamically: () => {
            throw new Error('nothing can be imported here');
          },
        }),
      );
    return loaded.get(file.href);
  };
  return async (file) => {
    const module = load(file);
    if (module.status === 'unlinked') await module.link((name, { identifier }) => load(new URL(name, identifier)));
    await module.evaluate();
    return module.namespace;
  };
}
