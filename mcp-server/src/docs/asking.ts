import { chooseVersion } from '@whetstone/shared/knowledge';
import { fileURLToPath } from 'node:url';
import { isRecord } from '../json.ts';
import type { DocsVersions } from '../docs-answer.ts';
import { listOf } from './cloud-answers.ts';
import { readLibrary } from './library-name.ts';
import type { Workspace } from './workspace.ts';

/** A question's library and version, after what is at hand was looked at. */
export interface Asked {
  library: string | undefined;
  version: string | undefined;
  /** The file that named the version. */
  from: string | null;
  notes: string[];
}

/** What a call knows of where it comes from. */
export interface DocsCall {
  signal?: AbortSignal | undefined;
  /** The folders that the client works in, as the protocol has them; it may fail or know of none. */
  roots?: (() => Promise<unknown>) | undefined;
}

interface Dependencies {
  workspace: Workspace;
  cwd: () => string;
}

export type ReadAsked = (
  sent: { library?: string | undefined; version?: string | undefined },
  call: DocsCall,
) => Promise<Asked>;

/** Whoever leaves out the version means the one of the working directory. */
export const asking =
  ({ workspace, cwd }: Dependencies): ReadAsked =>
  async (sent, { roots }) => {
    const told = sent.version?.trim() || undefined;
    if (!sent.library?.trim()) return { library: undefined, version: told, from: null, notes: [] };
    const { library, version } = readLibrary(sent.library, told);
    if (version !== undefined) return { library, version, from: null, notes: [] };
    const notes: string[] = [];
    for (const directory of await directories(roots, cwd)) {
      const { pinned, problems } = await workspace.versionOf(library, directory);
      notes.push(...problems);
      if (!pinned) continue;
      if (pinned.note !== undefined) notes.push(pinned.note);
      return { library, version: pinned.version, from: pinned.from, notes };
    }
    return { library, version: undefined, from: null, notes };
  };

async function directories(roots: DocsCall['roots'], cwd: () => string): Promise<string[]> {
  // A client that knows of no roots refuses the question; one of the newer protocol cannot be asked.
  const told = await Promise.resolve(roots?.()).catch(() => undefined);
  const uris = listOf(isRecord(told) ? told['roots'] : undefined).map((root) => (isRecord(root) ? root['uri'] : root));
  const paths = uris.flatMap((uri) => (typeof uri === 'string' && uri.startsWith('file:') ? pathOf(uri) : []));
  if (paths.length > 0) return paths;
  try {
    return [cwd()];
  } catch {
    // It was deleted under us.
    return [];
  }
}

function pathOf(uri: string): string[] {
  try {
    return [fileURLToPath(uri)];
  } catch {
    return [];
  }
}

export function versionsOf(
  { library, version, from }: Asked,
  answered: { library: string | null; version: string | null },
): DocsVersions {
  const versionAsked = version ?? null;
  const isAskedVersion =
    answered.version === null ? version === undefined : chooseVersion(version, [answered.version]).isAsked;
  return {
    library: answered.library ?? library ?? null,
    versionAsked,
    versionFrom: from,
    versionAnswered: answered.version,
    isAskedVersion,
  };
}

/** `react 19.2.0, from pnpm-lock.yaml`, and plainly so where the answer is of another version. */
export function versionsText({ library, versionAsked, versionFrom, versionAnswered, isAskedVersion }: DocsVersions) {
  const name = library ?? 'no library named';
  const from = versionFrom === null ? '' : `, from ${versionFrom}`;
  if (versionAnswered === null) return `${name}${versionAsked === null ? '' : ` ${versionAsked}${from}`}`;
  if (!isAskedVersion)
    return `asked for ${name} ${versionAsked}${from}; answered from ${versionAnswered}, NOT the same version`;
  if (versionAsked === null) return `${name} ${versionAnswered}, the newest known; no file here names a version`;
  return `${name} ${versionAnswered}${versionAsked === versionAnswered ? '' : ` for ${versionAsked}`}${from}`;
}
