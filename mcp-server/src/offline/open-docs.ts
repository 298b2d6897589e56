import type { Config } from '../config.ts';
import type { DocsSettings, OpenDocs } from '../docs/index.ts';
import { systemClock } from './clock.ts';

/** The documentation of a configuration. Nothing is loaded, read or sent before its first use. */
export type Docs = Omit<OpenDocs, 'settled'> & {
  /** Resolves when the cache is at rest. */
  close(): Promise<void>;
};

export function openDocs(config: Config, parts: Pick<DocsSettings, 'transport' | 'attempt'>): Docs {
  let opened: Promise<OpenDocs> | undefined;
  const open = () => (opened ??= load());

  async function load() {
    const { docsOver } = await import('../docs/index.ts');
    return docsOver({ ...config, ...parts, clock: systemClock, cwd: process.cwd });
  }

  return {
    search: async (...args) => (await open()).search(...args),
    read: async (...args) => (await open()).read(...args),
    verify: async (...args) => (await open()).verify(...args),
    libraries: async () => (await open()).libraries(),
    close: async () => (await opened)?.settled(),
  };
}
