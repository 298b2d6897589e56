import { isFirstClass } from '@whetstone/shared/flags';
import type { FlagContext } from '../flag-answer.ts';

interface Words {
  user: string | undefined;
  repo: string | undefined;
  attr: string[] | undefined;
}

/** Who asks, from `--user`, `--repo` and `--attr NAME=VALUE`; numbers may stay text, conditions read both alike. */
export function contextOf({ user, repo, attr = [] }: Words): FlagContext | { wrong: string } {
  const context: FlagContext = { userId: user, repoId: repo };
  const attributes: Record<string, string> = {};
  for (const pair of attr) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) return { wrong: `--attr ${pair}: expected NAME=VALUE` };
    if (isFirstClass(name)) context[name] = value;
    else attributes[name] = value;
  }
  return Object.keys(attributes).length > 0 ? { ...context, attributes } : context;
}
