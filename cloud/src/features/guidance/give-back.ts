import type { FlagDefinition } from '@whetstone/shared/contract';
import { guidanceFlag } from '@whetstone/shared/feedback';
import type { ProjectTx } from '../../platform/db/database.ts';
import { variantsServed, withFormer } from './flag-definition.ts';
import { nameOf } from './guidance-row.ts';
import { guidanceRepository } from './repository.ts';

interface Taken {
  was: FlagDefinition;
  /** As the flag is without the version: what it had is `none`. */
  without: FlagDefinition;
  variant: string;
  /** What the flag was before, the newest first. */
  earlier: AsyncIterable<FlagDefinition>;
}

/**
 * What those get from whom a version is taken automatically: what they had before, by the last state of the flag that served neither
 * that version nor any other that was taken back or retired by hand since.
 */
export async function giveBack(
  tx: ProjectTx,
  { was, without, variant, earlier }: Taken,
): Promise<{ definition: FlagDefinition; instead: string[] }> {
  if (was.key !== guidanceFlag) return { definition: without, instead: [] };
  const rows = await guidanceRepository.served(tx);
  const good = new Set(
    rows.filter(({ status }) => status === 'released' || status === 'retired').map(({ number }) => nameOf(number)),
  );
  for await (const former of earlier) {
    // Switched off it served nobody, which says nothing of what is good.
    if (!former.enabled) continue;
    const isFit = (name: string) => name !== variant && (former.variants[name] === null || good.has(name));
    if ([...variantsServed(former)].every(isFit)) return withFormer({ was, without, former }, variant);
  }
  return { definition: without, instead: [] };
}
