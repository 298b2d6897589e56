import { ProtocolErrorCode, type JSONRPCMessage, type RequestId } from '@modelcontextprotocol/server';
import { isRecord, parseJson } from '../json.ts';
import type { Line } from './lines.ts';

/** What came in a line: a message, or the reason why it is none, with whom to tell. */
export type Reading =
  | { kind: 'message'; message: JSONRPCMessage }
  | { kind: 'nothing' }
  | { kind: 'refused'; id: RequestId | undefined; code: number; reason: string };

/** Looks at the envelope; what is in it is the business of who handles the method. */
export function readMessage(line: Line): Reading {
  if (line.kind === 'too long')
    return refuse(idAtEnds(line), ProtocolErrorCode.InvalidRequest, 'the message is too long');
  if (line.text.trim() === '') return { kind: 'nothing' };
  const value = parseJson(line.text);
  if (value === undefined) return refuse(undefined, ProtocolErrorCode.ParseError, 'the line is not JSON');
  if (!isRecord(value)) return refuse(undefined, ProtocolErrorCode.InvalidRequest, 'a message is a JSON object');
  const complaint = complaintOf(value);
  if (complaint === undefined) return { kind: 'message', message: value as JSONRPCMessage };
  return refuse(isId(value['id']) ? value['id'] : undefined, ProtocolErrorCode.InvalidRequest, complaint);
}

function complaintOf(message: Record<string, unknown>) {
  const { jsonrpc, id, method, params, result, error } = message;
  if (jsonrpc !== '2.0') return 'jsonrpc: expected "2.0"';
  if ('id' in message && !isId(id)) return 'id: expected text or an integer';
  if ('method' in message) {
    if (typeof method !== 'string') return 'method: expected text';
    return 'params' in message && !isRecord(params) ? 'params: expected an object' : undefined;
  }
  return isRecord(result) || isRecord(error) ? undefined : 'method: missing';
}

function refuse(id: RequestId | undefined, code: number, reason: string): Reading {
  return { kind: 'refused', id, code, reason };
}

/**
 * The id of a request of which only both ends are left. Clients write it before the parameters or after them; further
 * inside, an id could be anybody's.
 */
function idAtEnds({ head, tail }: { head: string; tail: string }): RequestId | undefined {
  const before = /^\s*\{(?:\s*"\w+"\s*:\s*(?:"[^"\\]*"|-?\d+)\s*,)*?\s*"id"\s*:\s*("[^"\\]*"|-?\d+)\s*,/.exec(head);
  const after = /[}\]"\d]\s*,\s*"id"\s*:\s*("[^"\\]*"|-?\d+)\s*(?:,\s*"\w+"\s*:\s*"[^"\\]*"\s*)*\}\s*$/.exec(tail);
  const text = (before ?? after)?.[1];
  return text === undefined ? undefined : (JSON.parse(text) as RequestId);
}

const isId = (value: unknown): value is RequestId => typeof value === 'string' || Number.isSafeInteger(value);
