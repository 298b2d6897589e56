import { WhetstoneError } from '@whetstone/shared/errors';
import type { Config } from '../config.ts';
import { openE2bSandbox } from './e2b/open.ts';
import { joined } from './joined.ts';
import { openQuickjsSandbox } from './quickjs/open.ts';
import { openPyodideSandbox } from './pyodide/open.ts';
import { openProcessSandbox } from './process/open.ts';
import type { Sandbox, SandboxOptions, SandboxTier } from './sandbox.ts';

type Settings = Pick<Config, 'e2b'> & Partial<Pick<Config, 'cacheDir'>>;
type Open = (options: SandboxOptions, settings: Settings) => Promise<Sandbox>;

const tiers: Record<SandboxTier, Open> = {
  process: (options) => openProcessSandbox(options),
  e2b: (options, { e2b }) => openE2bSandbox(options, e2b),
  quickjs: (options) => openQuickjsSandbox(options),
  pyodide: (options, { cacheDir }) => openPyodideSandbox({ ...options, ...(cacheDir && { cacheDir }) }),
};

export type SandboxChoice = SandboxOptions & {
  tier?: SandboxTier;
  /** In place of this machine's, to see what is chosen on another. */
  platform?: NodeJS.Platform;
};

/** A sandbox of which nobody knows yet whether it holds; for what finds that out. */
export async function openUntried({ tier, platform, ...options }: SandboxChoice, settings: Settings): Promise<Sandbox> {
  if (tier) return await tiers[tier](options, settings);
  try {
    return await openProcessSandbox(options, undefined, platform);
  } catch (error) {
    if (!(error instanceof WhetstoneError && error.code === 'forbidden')) throw error;
    const sandbox = await openInterpreters(options, settings);
    const why = `Programs run in interpreters, not natively. ${error.message}`;
    return { ...sandbox, enforces: { ...sandbox.enforces, cannot: [why, ...sandbox.enforces.cannot] } };
  }
}

/**
 * A sandbox that was tried: its probes ran, and none got out. Throws `forbidden` otherwise, naming the probe, since
 * what is to be graded is untrusted.
 */
export async function openSandbox(choice: SandboxChoice, settings: Settings): Promise<Sandbox> {
  const sandbox = await openUntried(choice, settings);
  const probes = await sandbox.probe().catch(async (error: unknown) => {
    await sandbox.close();
    throw error;
  });
  const escaped = probes.filter((probe) => probe.escaped);
  if (escaped.length === 0) return sandbox;
  await sandbox.close();
  throw new WhetstoneError(
    'forbidden',
    `The ${sandbox.tier} sandbox does not hold on this machine, so nothing untrusted is run in it: ` +
      `${escaped.map(({ name, detail }) => `"${name}"${detail ? ` (${detail})` : ''}`).join('; ')}.`,
  );
}

/** Where there are no jails: Python in one interpreter, JavaScript and TypeScript in another, both where both are needed. */
async function openInterpreters(options: SandboxOptions, settings: Settings): Promise<Sandbox> {
  const { languages = ['python', 'javascript', 'typescript'] } = options;
  if (!languages.includes('python')) return await tiers.quickjs(options, settings);
  const python = await tiers.pyodide(options, settings);
  if (languages.every((language) => language === 'python')) return python;
  return joined(python, await tiers.quickjs({ ...options, languages }, settings));
}
