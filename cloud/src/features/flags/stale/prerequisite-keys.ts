import type { CompiledRuleset } from '@whetstone/shared/flags';

/** The flags that others ask for. They are decided with those, without an exposure of their own. */
export function prerequisiteKeys({ flags }: CompiledRuleset): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const flag of flags.values()) {
    if (flag.kind === 'readable') for (const { flag: key } of flag.prerequisites) keys.add(key);
  }
  return keys;
}
