import type { Config } from '../config.ts';
import type { ModelsParts, OpenModels } from '../models/index.ts';
import { systemClock } from './clock.ts';

/** The models of a configuration. Nothing is loaded, read or sent before its first use. */
export interface Models extends Omit<OpenModels, 'refresh' | 'settled'> {
  /** Gets the table, in a moment, for when the cloud will be away. */
  begin(): void;
  /** Resolves when the state directory is at rest. */
  close(): Promise<void>;
}

/** The client is waiting for its first answers until then. */
const firstRefreshMs = 1_000;

export function openModels(
  { origin, obstacle, stateDir, defaultsFile, tracksExposures }: Config,
  parts: Pick<ModelsParts, 'transport' | 'attempt' | 'record'> & { defaultModel?: string | undefined },
): Models {
  let opened: Promise<OpenModels> | undefined;
  const open = () => (opened ??= load());

  async function load() {
    const { modelsOver } = await import('../models/index.ts');
    const settings = { origin, obstacle, stateDir, defaultsFile, tracks: tracksExposures };
    return modelsOver({ ...settings, defaultModel: undefined, ...parts, clock: systemClock, random: Math.random });
  }

  return {
    recommend: async (sent, signal) => (await open()).recommend(sent, signal),
    recordOutcome: async (sent) => (await open()).recordOutcome(sent),
    status: async () => (await open()).status(),
    begin() {
      if (obstacle === undefined)
        systemClock.after(firstRefreshMs, () => void open().then((models) => models.refresh()));
    },
    close: async () => (await opened)?.settled(),
  };
}
