import { create, Header } from 'tar';
import { gzipSync } from 'node:zlib';

interface Entry {
  path: string;
  /** As tar headers call it; a file when absent. */
  type?: Header['type'];
  body?: string | Buffer;
  linkpath?: string;
}

/** An archive of entries as they stand, also of such as no packer would put there. */
export function archiveOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, type = 'File', body = '', linkpath }) => {
    const bytes = Buffer.from(body);
    const block = Buffer.alloc(512);
    const header = new Header({ path, type, size: bytes.length, mode: 0o644, mtime: new Date(0) });
    if (linkpath !== undefined) header.linkpath = linkpath;
    header.encode(block);
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** A package as npm packs it: its files below one folder. */
export const packageOf = (files: Record<string, string | Buffer>) =>
  archiveOf(Object.entries(files).map(([path, body]) => ({ path: `package/${path}`, body })));

/** A folder as it lies, packed by tar below a folder of its own. */
export const archiveOfFolder = async (folder: string, prefix: string): Promise<Buffer> =>
  (await create({ gzip: true, cwd: folder, prefix }, ['.']).concat()) as Buffer;
