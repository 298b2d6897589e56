import {
  PROTOCOL_VERSION_META_KEY,
  ProtocolErrorCode,
  UnsupportedProtocolVersionError,
  type JSONRPCMessage,
  type Server,
  type Transport,
} from '@modelcontextprotocol/server';

/**
 * Holds a server to two rules that the SDK keeps for HTTP alone, or not at all. They concern messages that do not pass our
 * handlers, so they stand between server and transport.
 */
export function keepEraRules(server: Server, era: 'legacy' | 'modern') {
  const connect = server.connect.bind(server);
  server.connect = async (transport) => {
    if (era === 'legacy') speakOldErrors(transport);
    await connect(transport);
    if (era === 'modern') refuseOtherVersions(server, transport);
  };
}

/** Up to 2025-11-25 a resource that is not there has a code of its own; the SDK sends the one of 2026-07-28 to everybody. */
function speakOldErrors(transport: Transport) {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send(withOldCode(message), options);
}

function withOldCode(message: JSONRPCMessage): JSONRPCMessage {
  if (!('error' in message) || !isMissingResource(message.error)) return message;
  return { ...message, error: { ...message.error, code: ProtocolErrorCode.ResourceNotFound } };
}

/** Of all our errors this one alone carries an address. */
const isMissingResource = ({ code, data }: { code: number; data?: unknown }) =>
  code === ProtocolErrorCode.InvalidParams && typeof data === 'object' && data !== null && 'uri' in data;

/** Every request names its version. The SDK looks at the first one; what comes later in another version must not be served. */
function refuseOtherVersions(server: Server, transport: Transport) {
  const { onmessage } = transport;
  transport.onmessage = (message, extra) => {
    const spoken = server.getNegotiatedProtocolVersion();
    const requested = 'method' in message ? message.params?._meta?.[PROTOCOL_VERSION_META_KEY] : undefined;
    if (!('id' in message) || typeof requested !== 'string' || !spoken || requested === spoken) {
      onmessage?.(message, extra);
      return;
    }
    const { code, message: text, data } = new UnsupportedProtocolVersionError({ supported: [spoken], requested });
    // A transport that cannot write any more says so by itself.
    transport.send({ jsonrpc: '2.0', id: message.id!, error: { code, message: text, data } }).catch(() => undefined);
  };
}
