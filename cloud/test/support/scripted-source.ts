import { createHash } from 'node:crypto';
import type { Provenance } from '@whetstone/shared/contract';
import { unchanged } from '../../src/features/knowledge/sources/unchanged.ts';
import type { OpenSource, Taken, TakenPage } from '../../src/features/knowledge/sources/source.ts';

export type ScriptedPage = Pick<TakenPage, 'text'> & Partial<TakenPage>;

/** A source over pages in memory: the real port, with what a test has it say. */
export function scriptedSource(pages: Record<string, string | ScriptedPage> = {}) {
  const script = {
    pages,
    version: undefined as string | undefined,
    provenance: 'official-site' as Provenance,
    skipped: [] as { path: string; why: string }[],
    /** Refuses to open. */
    refusal: undefined as Error | undefined,
    /** Thrown after so many pages were handed over in one opening. */
    failure: undefined as { after: number; error: Error } | undefined,
    /** Waited for before the page of this path. */
    gate: undefined as { path: string; passed: Promise<void>; reached?: () => void } | undefined,
    /** The state that it says it is in. */
    state: undefined as string | undefined,
    /** Paths of pages that were handed over with their text. */
    handed: [] as string[],
    opened: [] as { library: string; version: string; kind: string }[],
  };
  const open: OpenSource = async ({ library, version, source, known, isAsServed }) => {
    script.opened.push({ library, version, kind: source.kind });
    if (script.refusal) throw script.refusal;
    async function* all(): AsyncGenerator<Taken> {
      let count = 0;
      for (const each of script.skipped) yield { kind: 'skipped', ...each };
      for (const [path, page] of Object.entries(script.pages)) {
        const text = typeof page === 'string' ? page : page.text;
        const before = known.get(path);
        if (before?.isTaken) continue;
        if (script.gate?.path === path) {
          script.gate.reached?.();
          await script.gate.passed;
        }
        if (script.failure && count >= script.failure.after) throw script.failure.error;
        count++;
        if (before?.contentHash === createHash('sha256').update(text).digest('hex')) {
          yield { kind: 'unchanged', path };
          continue;
        }
        script.handed.push(path);
        yield {
          kind: 'page',
          url: `https://docs.example/${path}`,
          title: path,
          warnings: [],
          ...(typeof page === 'string' ? {} : page),
          path,
          text,
        };
      }
    }
    const about = {
      version: script.version ?? (version === 'latest' ? '1.0.0' : version),
      title: `The ${library}`,
      provenance: script.provenance,
      state: script.state,
    };
    const asServed = await unchanged({ ...(isAsServed && { isAsServed }) }, about);
    return asServed ?? { ...about, expected: Object.keys(script.pages).length, pages: all() };
  };
  return Object.assign(script, { open });
}

export type ScriptedSource = ReturnType<typeof scriptedSource>;
