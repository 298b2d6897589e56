import type { Engine } from './engine.ts';

/** Loaded one at a time, so that no process carries the code of another engine. */
export const engines = {
  whetstone: async (): Promise<Engine> => (await import('./whetstone.ts')).whetstone,
  whetstoneExplained: async (): Promise<Engine> => (await import('./whetstone.ts')).whetstoneExplained,
  flagd: async (): Promise<Engine> => (await import('./flagd.ts')).flagd,
  growthbook: async (): Promise<Engine> => (await import('./growthbook.ts')).growthbook,
  unleash: async (): Promise<Engine> => (await import('./unleash.ts')).unleash,
};

export type EngineName = keyof typeof engines;
