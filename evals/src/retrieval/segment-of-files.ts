import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { chunksOf, contentHashOf, segmentOf, type Segment, type SegmentChunk } from '@whetstone/shared/knowledge';

export interface DocFile {
  /** With `/`, below the folder of the documentation. */
  path: string;
  text: string;
}

/** Markdown files as the product searches them: the same chunks, the same index. */
export function segmentOfFiles(library: string, files: readonly DocFile[]): Segment {
  const chunks: SegmentChunk[] = [];
  const pages = files.map(({ path, text }, page) => {
    const own = chunksOf(text, basename(path).replace(/\.\w+$/, ''));
    for (const { title: _, ...chunk } of own)
      chunks.push({ ...chunk, page, contentHash: contentHashOf(chunk.text, sha256), warnings: [], symbol: undefined });
    return {
      path,
      url: path,
      title: own[0]?.title ?? basename(path),
      contentHash: contentHashOf(text, sha256),
      lines: text.split('\n').length,
      isStale: false,
    };
  });
  const content = { library, version: 'latest', stamp: '', provenance: 'project', dataAt: '', pages, chunks };
  return segmentOf(content);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
