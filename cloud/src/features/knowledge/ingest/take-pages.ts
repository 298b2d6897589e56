import type { OpenedSource, Taken, TakenPage } from '../sources/source.ts';
import { HoldLost, type Held } from './held.ts';
import { ingestRepository, type KnownRow, type TakenRow, type TextRow } from './repository.ts';
import type { Owner } from './scope.ts';
import { sha256 } from '../sha256.ts';

interface Taking {
  held: Held;
  owner: Owner;
  versionId: string;
  opened: OpenedSource;
  known: readonly KnownRow[];
  pagesUnchanged: number;
  /** True once it is time to leave the rest to another run. */
  isTimeUp: () => boolean;
  /** Of a clock that only goes on. */
  steadyMs: () => number;
}

export type Took = { kind: 'whole'; pages: number } | { kind: 'cut' };

const flushMs = 1_000;
const flushPages = 200;
const flushBytes = 2 * 2 ** 20;
const mostSkipped = 100;
const longestPath = 1_024;

/**
 * Writes down what a source hands over, page by page, so that little is lost when the process dies: about once a second. Pages
 * that this ingest took before are not written again, and texts that are served already cost a row without them.
 */
export async function takePages(taking: Taking): Promise<Took> {
  const { held, owner, versionId, opened, isTimeUp, steadyMs } = taking;
  const { ingestId } = held.hold;
  const served = new Map(taking.known.filter(({ isServed }) => isServed).map((row) => [row.path, row]));
  const latest = new Map(taking.known.map((row) => [row.path, row]));
  const done = new Map(
    taking.known.filter((row) => row.ingestId === ingestId).map((row) => [row.path, row.contentHash]),
  );
  const skipped: { path: string; why: string }[] = [];
  const doneBefore = done.size;
  let { pagesUnchanged } = taking;
  let pages: TakenRow[] = [];
  let texts: TextRow[] = [];
  let bytes = 0;
  let flushedAt = steadyMs();

  const flush = async () => {
    await held.write(
      {
        step: 'takes pages',
        pagesDone: done.size,
        pagesUnchanged,
        skipped,
        pagesExpected: opened.expected ?? null,
      },
      async (tx) => {
        await ingestRepository.keepTexts(tx, owner, versionId, uniqueTexts(texts));
        await ingestRepository.keepTaken(tx, owner, { versionId, ingestId }, pages);
      },
    );
    [pages, texts, bytes, flushedAt] = [[], [], 0, steadyMs()];
  };
  const skip = (path: string, why: string) => {
    if (skipped.length < mostSkipped) skipped.push({ path, why });
  };
  const keep = (row: TakenRow, page?: TakenPage) => {
    const before = done.get(row.path);
    if (before === row.contentHash) return;
    if (before === undefined && served.get(row.path)?.contentHash === row.contentHash) pagesUnchanged++;
    if (page && latest.get(row.path)?.contentHash !== row.contentHash) {
      texts.push({
        contentHash: row.contentHash,
        text: page.text,
        warnings: page.warnings,
        symbols: page.symbols ?? [],
      });
      bytes += page.text.length;
    }
    // A page may come twice; a statement that writes a row twice is refused.
    pages = [...(before === undefined ? pages : pages.filter(({ path }) => path !== row.path)), row];
    done.set(row.path, row.contentHash);
  };

  const take = (taken: Taken) => {
    if (taken.path.length > longestPath) skip(taken.path.slice(0, longestPath), 'its path is too long');
    else if (taken.kind === 'skipped') skip(taken.path, taken.why);
    else if (taken.kind === 'page') keep(...rowOf(taken));
    else {
      const row = latest.get(taken.path);
      if (row) keep({ ...row, leadsTo: taken.leadsTo ?? [] });
      else skip(taken.path, 'the source says that it is unchanged, and it was never taken');
    }
  };

  await flush();
  try {
    for await (const taken of withPauses(opened.pages, flushMs)) {
      if (taken) take(taken);
      const isDue = steadyMs() - flushedAt >= flushMs || pages.length >= flushPages || bytes >= flushBytes;
      if (isDue) await flush();
      // A run that gets no further than the one before it would be followed by others for ever.
      if (isTimeUp() && done.size > doneBefore) {
        await flush();
        return { kind: 'cut' };
      }
    }
  } catch (error) {
    // What came until then is not to be asked for again.
    if (!(error instanceof HoldLost)) await flush();
    throw error;
  }
  await flush();
  return { kind: 'whole', pages: done.size };
}

/** Says so, with undefined, whenever nothing has come for so long. */
async function* withPauses<T>(items: AsyncIterable<T>, pauseMs: number): AsyncGenerator<T | undefined> {
  const iterator = items[Symbol.asyncIterator]();
  let isPending = false;
  try {
    for (;;) {
      isPending = true;
      const next = iterator.next();
      while (!(await settlesWithin(next, pauseMs))) yield undefined;
      const { done, value } = await next;
      isPending = false;
      if (done) return;
      yield value;
    }
  } finally {
    // One that hangs would not hear that it may end.
    if (!isPending) await iterator.return?.();
  }
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const pause = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, pause]);
  } finally {
    clearTimeout(timer);
  }
}

function rowOf(page: TakenPage): [TakenRow, TakenPage] {
  // PostgreSQL takes no NUL.
  const text = page.text.replaceAll('\0', '');
  const row = {
    path: page.path,
    url: page.url,
    title: page.title.replaceAll('\0', ''),
    contentHash: sha256(text),
    lines: text.split('\n').length,
    etag: page.etag ?? null,
    lastModified: page.lastModified ?? null,
    leadsTo: page.leadsTo ?? [],
  };
  return [row, { ...page, text }];
}

const uniqueTexts = (texts: readonly TextRow[]) => [...new Map(texts.map((text) => [text.contentHash, text])).values()];
