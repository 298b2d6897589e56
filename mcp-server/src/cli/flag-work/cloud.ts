import type { Config } from '../../config.ts';
import { isRecord, parseJson } from '../../json.ts';
import { systemClock } from '../../offline/clock.ts';
import { failureText } from '../../offline/transport/failure-text.ts';
import { nodeTransport } from '../../offline/transport/node-transport.ts';
import { NotReadable } from './verb.ts';

const timeoutMs = 15_000;
/** Of a list that never ends, which no server of ours has. */
const mostPages = 500;

export interface ServerFlags {
  /** As the server sent them; all but the archived ones. */
  flags: unknown[];
  /** Absent from a server that knows none. */
  segments: string[] | undefined;
  archived: string[];
}

/** The server's flags, and the keys of what else there is or was. Throws `NotReadable`. */
export async function readServerFlags(config: Config): Promise<ServerFlags> {
  const ruleset = await get(config, '/api/flags/ruleset');
  if (!isRecord(ruleset) || !Array.isArray(ruleset['flags'])) throw strange(config, 'a ruleset');
  const { flags, segments } = ruleset;
  const archived = await readPages(config, '/api/flags', { archived: 'true' });
  return {
    flags: flags as unknown[],
    segments: Array.isArray(segments) ? keysOf(segments) : undefined,
    archived: keysOf(archived),
  };
}

export const keysOf = (items: readonly unknown[]): string[] =>
  items.flatMap((item) => (isRecord(item) && typeof item['key'] === 'string' ? [item['key']] : []));

/** All items of a list of the server, page by page. Throws `NotReadable`. */
export async function readPages(config: Config, path: string, query: Record<string, string>): Promise<unknown[]> {
  const items: unknown[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const search = new URLSearchParams({ limit: '500', ...query, ...(cursor !== undefined && { cursor }) });
    const page = await get(config, `${path}?${search.toString()}`);
    if (!isRecord(page) || !Array.isArray(page['items'])) throw strange(config, 'a list');
    items.push(...(page['items'] as unknown[]));
    if (typeof page['nextCursor'] !== 'string') return items;
    cursor = page['nextCursor'];
  }
  throw new NotReadable(`${config.url}${path} has more than ${mostPages} pages.`);
}

async function get({ url, origin, obstacle, proxy }: Config, path: string): Promise<unknown> {
  if (obstacle !== undefined || !origin) throw new NotReadable(obstacle ?? 'There is no server to ask.');
  const transport = nodeTransport({ proxy, clock: systemClock });
  const headers = { accept: 'application/json', authorization: `Bearer ${origin.apiKey}` };
  const signal = AbortSignal.timeout(timeoutMs);
  const { status, text } = await transport(origin.url + path, { headers, signal }).then(
    async (reply) => ({ status: reply.status, text: await reply.text() }),
    (error: unknown) => {
      throw new NotReadable(failureText(signal.aborted ? signal.reason : error, url));
    },
  );
  const body = parseJson(text);
  if (status === 200) return body;
  const detail = isRecord(body) && typeof body['detail'] === 'string' ? `: ${body['detail']}` : '';
  if (status === 401) throw new NotReadable(`${url} does not take the key in WHETSTONE_API_KEY${detail}`);
  throw new NotReadable(`${url}${path.replace(/\?.*/, '')} answered ${status}${detail}`);
}

const strange = ({ url }: Config, what: string) =>
  new NotReadable(`${url} answered something that is not ${what}; check that WHETSTONE_URL is a Whetstone server.`);
