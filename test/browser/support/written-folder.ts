import type { Ingest } from '@whetstone/shared/contract';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { OwnProject } from './shared.ts';

interface Written {
  library: string;
  version: string;
  /** Their texts, by their paths. */
  pages: Record<string, string>;
}

type Into = Pick<OwnProject, 'client' | 'docsDir'> & { id: string };

/** Writes pages into a folder of the server and has them taken for the project; resolves once they can be searched. */
export async function takeWritten({ client, docsDir, id }: Into, { library, version, pages }: Written) {
  // What its last folder is called is the title.
  const path = join(id, version, library);
  for (const [name, text] of Object.entries(pages)) {
    const file = join(docsDir, path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return taken(client, await client.startIngest({ library, version, source: { kind: 'directory', path } }));
}

/** An ingest, once what it takes can be searched. */
export async function taken(
  client: Into['client'],
  { id, library, version }: Pick<Ingest, 'id' | 'library' | 'version'>,
) {
  for (let left = 300; left > 0; left--) {
    const { items } = await client.listIngests({ library });
    const ingest = items.find((each) => each.id === id);
    if (ingest?.status === 'done') return ingest;
    if (ingest?.status === 'failed') throw new Error(`${library} ${version} was not taken: ${ingest.failure}`);
    await delay(100);
  }
  throw new Error(`${library} ${version} was not taken within half a minute`);
}
