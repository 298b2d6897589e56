import { createHash } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { listening } from '../../../test/support/listening.ts';

interface Published {
  packed: Buffer;
  /** What the registry says of it, where that is not so; or `none`. */
  integrity?: string;
}

const integrityOf = (bytes: Buffer) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** A registry of packages on this machine, by names and versions; it counts what is asked of it. */
export async function packageRegistry(packages: Record<string, Record<string, Published>>) {
  const asked: string[] = [];
  /** What a path answers instead; by what its path ends with. */
  const instead = new Map<string, RequestListener>();
  const server = await listening(
    createServer((request, response) => {
      const path = decodeURIComponent(request.url!);
      asked.push(path);
      const other = [...instead].find(([end]) => path.endsWith(end))?.[1];
      if (other) return other(request, response);
      const answer = answerTo(path);
      if (answer === undefined) return response.writeHead(404).end('{"error":"not found"}');
      return response.end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
    }),
  );

  function answerTo(path: string): unknown {
    const [, name, rest = ''] = /^\/((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const versions = packages[name ?? ''];
    if (!versions) return undefined;
    const manifest = (version: string) => {
      const { packed, integrity = integrityOf(packed) } = versions[version]!;
      const tarball = `${server.url}/${name}/-/${version}.tgz`;
      return { name, version, dist: { tarball, ...(integrity !== 'none' && { integrity }) } };
    };
    const known = Object.keys(versions);
    if (rest === '')
      return {
        name,
        'dist-tags': { latest: known[0] },
        versions: Object.fromEntries(known.map((version) => [version, manifest(version)])),
      };
    const wanted = /^-\/(.+)\.tgz$/.exec(rest)?.[1];
    if (wanted !== undefined) return versions[wanted]?.packed;
    return known.includes(rest) ? manifest(rest) : undefined;
  }

  return { ...server, asked, instead };
}
