import { WhetstoneError } from '@whetstone/shared/errors';
import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Exactly what the page needs: its own files and its own API. No inline code or style, no eval, no markup from text. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/** The addresses that the page knows what to show at; anything else is still an unknown operation. */
const pagePaths = [
  '/',
  ...[
    'flags',
    'segments',
    'leaderboard',
    'runs',
    'regressions',
    'schedules',
    'bisects',
    'models',
    'feedback',
    'knowledge',
  ].flatMap((page) => [`/${page}`, `/${page}/*`]),
];

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves the built dashboard from this directory: the page itself, and assets that are named after their content. */
export function serveDashboard(app: FastifyInstance, directory: string) {
  for (const path of pagePaths) {
    app.get(path, async (_, reply) => {
      const page = await contentOf(join(directory, 'index.html'));
      if (!page) throw new WhetstoneError('unavailable', 'the dashboard is not built; `pnpm build` does that');
      return reply.headers(pageHeaders).send(page);
    });
  }

  app.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const { name } = request.params;
    const type = types[extname(name)];
    // A name and nothing else: no separator, no way up.
    const isName = name.length <= 100 && /^[\w-]+(\.[\w-]+)*$/.test(name);
    const found =
      type && isName ? await bestOf(join(directory, 'assets', name), request.headers['accept-encoding']) : undefined;
    if (!found) throw new WhetstoneError('not_found', `the dashboard has no file ${name}; reload the page`);
    if (found.encoding) reply.header('content-encoding', found.encoding);
    return reply
      .headers({
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        vary: 'accept-encoding',
      })
      .send(found.content);
  });
}

/** The smallest form of a file that the browser takes; the build has made them. */
async function bestOf(path: string, accepted = '') {
  const names = accepted.split(',').map((each) => each.split(';')[0]!.trim());
  for (const { encoding, suffix } of encodings) {
    const content = names.includes(encoding) ? await contentOf(path + suffix) : undefined;
    if (content) return { encoding, content };
  }
  const content = await contentOf(path);
  return content && { encoding: undefined, content };
}

const encodings = [
  { encoding: 'br', suffix: '.br' },
  { encoding: 'gzip', suffix: '.gz' },
];

/** Read anew each time, so that what `pnpm dev` builds is what is shown; the system keeps it in memory. */
async function contentOf(path: string) {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
