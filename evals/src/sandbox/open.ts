import { WhetstoneError } from '@whetstone/shared/errors';
import type { Config } from '../config.ts';
import { openE2bSandbox } from './e2b/open.ts';
import { openProcessSandbox } from './process/open.ts';
import type { Sandbox, SandboxOptions, SandboxTier } from './sandbox.ts';

type Open = (options: SandboxOptions, config: Pick<Config, 'e2b'>) => Promise<Sandbox>;

const tiers: Partial<Record<SandboxTier, Open>> = {
  process: (options) => openProcessSandbox(options),
  e2b: (options, { e2b }) => openE2bSandbox(options, e2b),
};

/** What is tried when nobody chose, in order. */
const PREFERRED: readonly SandboxTier[] = ['process', 'pyodide'];

export type SandboxChoice = SandboxOptions & { tier?: SandboxTier };

/** A sandbox of which nobody knows yet whether it holds; for what finds that out. */
export async function openUntried({ tier, ...options }: SandboxChoice, config: Pick<Config, 'e2b'>): Promise<Sandbox> {
  return await (tier ? openTier(tier, options, config) : openFirst(options, config));
}

/**
 * A sandbox that was tried: its probes ran, and none got out. Throws `forbidden` otherwise, naming the probe, since
 * what is to be graded is untrusted.
 */
export async function openSandbox(choice: SandboxChoice, config: Pick<Config, 'e2b'>): Promise<Sandbox> {
  const sandbox = await openUntried(choice, config);
  const escaped = (await sandbox.probe()).filter((probe) => probe.escaped);
  if (escaped.length === 0) return sandbox;
  await sandbox.close();
  throw new WhetstoneError(
    'forbidden',
    `The ${sandbox.tier} sandbox does not hold on this machine, so nothing untrusted is run in it: ` +
      `${escaped.map(({ name, detail }) => `"${name}"${detail ? ` (${detail})` : ''}`).join('; ')}.`,
  );
}

function openTier(tier: SandboxTier, options: SandboxOptions, config: Pick<Config, 'e2b'>): Promise<Sandbox> {
  const open = tiers[tier];
  if (!open) throw new WhetstoneError('invalid', `There is no sandbox called ${tier}.`);
  return open(options, config);
}

async function openFirst(options: SandboxOptions, config: Pick<Config, 'e2b'>): Promise<Sandbox> {
  let refusal: unknown;
  for (const tier of PREFERRED.filter((name) => tiers[name])) {
    try {
      return await openTier(tier, options, config);
    } catch (error) {
      if (!(error instanceof WhetstoneError && error.code === 'forbidden')) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}
