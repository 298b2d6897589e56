import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import type { Readable, Writable } from 'node:stream';
import { lineCutter } from './lines.ts';
import { readMessage, type Reading } from './messages.ts';

/** More than the largest thing any of our tools takes. */
const longestMessageBytes = 8 * 2 ** 20;

interface Streams {
  input: Readable;
  output: Writable;
  /** Told of what came in and was no message. */
  log: (message: string) => void;
}

/**
 * A message a line. The SDK's own ends for good at a long line, leaves malformed requests without an answer, and listens to
 * its output once per answer under way.
 */
export function stdioTransport({ input, output, log }: Streams): Transport {
  const linesOf = lineCutter(longestMessageBytes);
  let isClosed = false;

  const transport: Transport = {
    async start() {
      input.on('data', onData).once('end', close).once('close', close).on('error', ignore);
      output.once('error', close);
    },

    /** Resolves when the message is on its way; rejects when nobody can get it any more. */
    send: (message) =>
      new Promise((resolve, reject) => {
        if (isClosed) reject(new Error('the connection is closed'));
        else output.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      }),

    async close() {
      close();
    },
  };
  return transport;

  function onData(chunk: Buffer) {
    for (const line of linesOf(chunk)) {
      const reading = readMessage(line);
      if (reading.kind === 'message') transport.onmessage?.(reading.message);
      if (reading.kind === 'refused') refuse(reading);
    }
  }

  /** Who sent an id waits for an answer; to anything else there is none. */
  function refuse({ id, code, reason }: Extract<Reading, { kind: 'refused' }>) {
    log(`refused what came in: ${reason}`);
    if (id === undefined) return;
    const message: JSONRPCMessage = { jsonrpc: '2.0', id, error: { code, message: reason } };
    transport.send(message).catch(ignore);
  }

  function close() {
    if (isClosed) return;
    isClosed = true;
    input.off('data', onData);
    // Writing may still fail after this, and an error that nobody listens to would end the process.
    output.on('error', ignore);
    transport.onclose?.();
  }
}

/** The end of a stream is dealt with as such. */
const ignore = () => undefined;
