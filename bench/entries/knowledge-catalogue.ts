import { WhetstoneError } from '@whetstone/shared/errors';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig, type Config } from '../../cloud/src/config.ts';
import { coverageOf } from '../../cloud/src/features/knowledge/catalogue/coverage.ts';
import { catalogue, type CatalogueEntry } from '../../cloud/src/features/knowledge/catalogue/libraries.ts';
import { installedLibraries } from '../../cloud/src/features/knowledge/seed/installed-libraries.ts';
import { sourceReaders } from '../../cloud/src/features/knowledge/sources/readers.ts';
import { usualLimits } from '../../cloud/src/features/knowledge/sources/source.ts';
import { openOutbound } from '../../cloud/src/platform/outbound/guarded-fetch.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';

/** A source that needs longer is looked at by what it gave until then. */
const patienceMs = 150_000;

interface Looked {
  library: string;
  source: string;
  version: string;
  pages: number;
  symbols: number;
  note: string;
}

/**
 * What of the catalogue can be had from this machine: what is installed, what the registry of `WHETSTONE_NPM_REGISTRY` gives, what sites
 * and repositories answer. What cannot be had is reported with the sentence that people would read.
 */
export const knowledgeCatalogue: Entry = {
  title: 'Every library of the catalogue, taken from its source as a server would',
  lasts: 'some minutes',
  async run() {
    const reference = [referenceNs()];
    const { knowledge, outbound: reach } = readConfig(process.env);
    const installed = await installedLibraries(knowledge.modulesDirs);
    const all: Looked[] = [];
    for (const entry of catalogue) {
      const version = installed.find(({ library }) => library === entry.library)?.version ?? 'latest';
      all.push(await look(entry, version, { knowledge, reach }));
      console.log(lineOf(all.at(-1)!));
    }
    reference.push(referenceNs());
    const had = all.filter(({ pages }) => pages > 0);
    const table = (unit: 'pages' | 'symbols') => ({
      title: `${unit} of the libraries that could be had`,
      unit,
      better: 'more' as const,
      base: had[0]?.library ?? '',
      rows: had.map((one) => ({ name: `${one.library} ${one.version}, ${one.source}`, samples: [one[unit]] })),
    });
    return {
      tables:
        had.length === 0
          ? []
          : [table('pages'), table('symbols')].map((each) => ({ ...each, base: each.rows[0]!.name })),
      bars: [],
      notes: all.filter(({ note }) => note !== '').map(lineOf),
      referenceNs: reference,
    };
  },
};

async function look(
  entry: CatalogueEntry,
  version: string,
  { knowledge, reach }: { knowledge: Config['knowledge']; reach: Config['outbound'] },
): Promise<Looked> {
  const { library } = entry;
  const source = entry.sourceOf(version);
  const looked: Looked = { library, source: textOf(source), version, pages: 0, symbols: 0, note: '' };
  // One of its own for each: no library waits for the host of another.
  const outbound = openOutbound({ ...reach, userAgent: 'Whetstone/bench' });
  const patience = AbortSignal.timeout(patienceMs);
  const isOver = sleep(patienceMs, 'over' as const, { ref: false });
  const paths: string[] = [];
  try {
    const open = sourceReaders({ ...knowledge, outbound, clock: Date.now, version: 'bench' })[source.kind];
    const opened = await open({ library, version, source, known: new Map(), limits: usualLimits, signal: patience });
    looked.version = opened.version;
    const pages = opened.pages[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([pages.next(), isOver]);
      if (next === 'over') {
        looked.note = `no end within ${patienceMs / 1_000} s`;
        break;
      }
      if (next.done) break;
      const { value } = next;
      if (value.kind !== 'page') continue;
      paths.push(value.path);
      looked.symbols += value.symbols?.length ?? 0;
    }
  } catch (error) {
    looked.note = reasonOf(error);
  } finally {
    await outbound.close();
  }
  looked.pages = paths.length;
  const expected = entry.expectedOf(looked.version);
  if (paths.length > 0 && expected) {
    const { missing } = coverageOf(expected, paths);
    const thin = paths.length < expected.pages ? `fewer pages than the ${expected.pages} expected` : '';
    const without = missing.length > 0 ? `without ${missing.join(', ')}` : '';
    looked.note = [looked.note, thin, without].filter((text) => text !== '').join('; ');
  }
  return looked;
}

function reasonOf(error: unknown): string {
  if (error instanceof WhetstoneError) return error.message;
  if (error instanceof Error && error.name === 'TimeoutError') return `no end within ${patienceMs / 1_000} s`;
  throw error;
}

function textOf(source: ReturnType<CatalogueEntry['sourceOf']>): string {
  if (source.kind === 'npm') return `npm${source.package === undefined ? '' : ` ${source.package}`}`;
  if (source.kind === 'github') return `github ${source.repo}`;
  return source.kind === 'directory' ? source.path : `${source.kind} ${source.url}`;
}

const lineOf = ({ library, version, source, pages, symbols, note }: Looked) =>
  `${library} ${version} (${source}): ${pages} pages, ${symbols} symbols${note === '' ? '' : `: ${note}`}`;
