import { createServer as createPlain, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { event, idOf } from '../../mcp-server/test/support/scripted-cloud.ts';
import { listening } from './listening.ts';

/**
 * A stand-in for the cloud that speaks the stream of the flags over real sockets, whole or broken, and takes exposures. It
 * takes any key and keeps no log: it resends everything to whoever is not at its revision. It does not prove that the real
 * server sends these bytes, checks keys or scopes flags to a project; the tests against the real server do.
 */
export async function startFlagStreamServer(flags: StreamedFlag[], tls?: { cert: string; key: string }) {
  let revision = 1;
  const streams = new Set<ServerResponse>();
  const requests: { path: string; lastEventId: string | undefined }[] = [];

  const listener: RequestListener = (request, response) => {
    const lastEventId = [request.headers['last-event-id'] ?? []].flat()[0];
    requests.push({ path: request.url ?? '', lastEventId });
    if (request.url === '/api/flags/exposures') {
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{"accepted":1}');
    }
    if (request.url !== '/api/flags/stream') return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 1000\n\n');
    if (lastEventId !== idOf(revision)) response.write(event('ruleset', { revision, flags }, revision));
    response.write(event('current', { revision }));
    streams.add(response.on('close', () => streams.delete(response)));
  };
  const server = tls ? createSecure(tls, listener) : createPlain(listener);
  const { port, url, stop } = await listening(server);
  const heartbeat = setInterval(() => tell(event('current', { revision })), 5_000);
  const tell = (text: string) => streams.forEach((stream) => stream.write(text));

  /** The event that makes a flag so; `revision` is then the new one. */
  function change(flag: StreamedFlag) {
    revision += 1;
    flags = [...flags.filter(({ key }) => key !== flag.key), flag];
    return event('flag', { revision, flag }, revision);
  }

  return {
    url: tls ? url.replace('http:', 'https:') : url,
    port,
    /** The requests for the stream so far, each with where it went on from. */
    followed: () => requests.filter(({ path }) => path === '/api/flags/stream'),
    streams: () => streams.size,
    put: (flag: StreamedFlag) => tell(change(flag)),
    /** Breaks off in the middle of the event, as a dying server or proxy does. */
    putHalfAndDrop(flag: StreamedFlag) {
      const text = change(flag);
      for (const stream of streams) stream.write(text.slice(0, text.length / 2), () => stream.destroy());
    },
    async stop() {
      clearInterval(heartbeat);
      await stop();
    },
  };
}

export type FlagStreamServer = Awaited<ReturnType<typeof startFlagStreamServer>>;
type StreamedFlag = { key: string; [member: string]: unknown };
