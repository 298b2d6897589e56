import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listening } from '../../../test/support/listening.ts';

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;
type Route =
  | string
  | { type?: string; body: string | Buffer; headers?: Record<string, string>; status?: number }
  | Answering;

/** A documentation site on this machine. A text is a page of HTML; `routes` may change while it is up. */
export async function docsSite(make: (url: string) => Record<string, Route>) {
  const asked: { path: string; headers: IncomingMessage['headers'] }[] = [];
  let routes: Record<string, Route> = {};
  const server = await listening(
    createServer((request, response) => {
      const path = request.url!;
      asked.push({ path, headers: request.headers });
      const route = routes[path];
      if (route === undefined) return response.writeHead(404).end();
      if (typeof route === 'function') return route(request, response);
      const {
        type = 'text/html; charset=utf-8',
        body,
        headers = {},
        status = 200,
      } = typeof route === 'string' ? { body: route } : route;
      if (headers['etag'] !== undefined && request.headers['if-none-match'] === headers['etag'])
        return response.writeHead(304, headers).end();
      response.writeHead(status, { 'content-type': type, ...headers }).end(body);
    }),
  );
  routes = make(server.url);
  return { url: server.url, stop: server.stop, routes, asked, paths: () => asked.map(({ path }) => path) };
}

export const redirectTo =
  (location: string, status = 302): Answering =>
  (_, response) =>
    response.writeHead(status, { location }).end();

export const sitemapOf = (urls: readonly string[], kind: 'urlset' | 'sitemapindex' = 'urlset') => {
  const entry = kind === 'urlset' ? 'url' : 'sitemap';
  const entries = urls.map((url) => `<${entry}><loc>${url}</loc></${entry}>`).join('');
  return {
    type: 'application/xml',
    body: `<?xml version="1.0"?><${kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries}</${kind}>`,
  };
};
