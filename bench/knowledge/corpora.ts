import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createReadStream } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Parser } from 'tar';
import type { DocFile } from '../../evals/src/retrieval/segment-of-files.ts';
import { checkout } from '../harness/checkout.ts';

export interface Corpus {
  library: string;
  files: DocFile[];
}

const folder = resolve(checkout, process.env['WHETSTONE_TEST_DATA'] || '../shared/data', 'knowledge');
export const labelledQueries = join(folder, 'queries.dev.jsonl');

/** Published documentation with labelled queries: packed beside them, and that of fastify from its installed package. */
export async function readCorpora(): Promise<Corpus[]> {
  const packed = join(folder, 'corpora');
  if (!existsSync(packed)) throw new Error(`WHETSTONE_TEST_DATA has no knowledge/corpora (looked for ${packed})`);
  const corpora: Corpus[] = [];
  for (const file of readdirSync(packed).toSorted()) {
    const library = file.replace(/\.tar\.gz$/, '');
    corpora.push({ library, files: await unpacked(join(packed, file), `${library}/`) });
  }
  return [...corpora, ...installedFastify()];
}

async function unpacked(path: string, below: string): Promise<DocFile[]> {
  const reading: Promise<DocFile>[] = [];
  const parser = new Parser({
    onReadEntry: (entry) => {
      if (entry.type === 'File' && entry.path.startsWith(below) && entry.path.endsWith('.md'))
        reading.push(
          buffer(entry).then((bytes) => ({ path: entry.path.slice(below.length), text: bytes.toString('utf8') })),
        );
      else entry.resume();
    },
  });
  await new Promise<void>((done, failed) => {
    parser.once('end', () => done());
    parser.once('error', failed);
    createReadStream(path).pipe(parser);
  });
  return (await Promise.all(reading)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The version that its queries are labelled with, or none. */
function installedFastify(): Corpus[] {
  const home = join(checkout, 'bench', 'node_modules', 'fastify');
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  if (version !== '5.12.8') return [];
  const files = markdownBelow(join(home, 'docs')).filter(
    ({ path }) => !/(?:Ecosystem|Style-Guide|[Ii]ndex)\.md$/.test(path),
  );
  return [{ library: 'fastify', files }];
}

/** Two versions of one library's documentation as they are installed; undefined where there is only one. */
export function installedTwice(): { older: DocFile[]; newer: DocFile[]; versions: [string, string] } | undefined {
  const store = join(checkout, 'node_modules', '.pnpm');
  const versions = existsSync(store)
    ? readdirSync(store)
        .filter((name) => /^undici@\d/.test(name))
        .toSorted()
    : [];
  const docs = versions.map((name) => join(store, name, 'node_modules', 'undici', 'docs', 'docs'));
  const [older, newer] = [docs[0], docs.at(-1)];
  if (docs.length < 2 || !existsSync(older!) || !existsSync(newer!)) return undefined;
  return { older: markdownBelow(older!), newer: markdownBelow(newer!), versions: [versions[0]!, versions.at(-1)!] };
}

function markdownBelow(home: string): DocFile[] {
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({ path: relative(home, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));
}
