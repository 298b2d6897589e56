import { pseudonymOf } from '../../redact/pseudonym.ts';
import type { Place } from '../places.ts';
import { runGit } from './run-git.ts';

/** Whose work it is, and on what: from git's own settings. */
export async function repositoryOf({
  root,
  git,
}: Place): Promise<{ repoId: string | undefined; userId: string | undefined }> {
  if (!git) return { repoId: undefined, userId: undefined };
  const [remote, email] = await Promise.all([
    runGit(root, ['config', '--get', 'remote.origin.url']),
    runGit(root, ['config', '--get', 'user.email']),
  ]);
  const address = email?.toString('utf8').trim();
  return {
    repoId: repoIdOf(remote?.toString('utf8').trim() ?? ''),
    // As the outbox would name whoever has an address.
    userId: address ? pseudonymOf(address) : undefined,
  };
}

/** `acme/api` of any address of it: neither the host nor a password in it says more about which one it is. */
export function repoIdOf(remote: string): string | undefined {
  const path = /^(?:[a-z+]+:\/\/[^/]+\/|[^/@]+@[^:/]+:|[^/:]+:(?!\/))(.+)$/i.exec(remote)?.[1];
  return (
    path
      ?.replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .replace(/^\/+/, '') || undefined
  );
}
