import { hasBody, pathKeys, type Operation } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import type { FastifyRequest } from 'fastify';
import { inputParser } from './plain-input.ts';
import { queryReader } from './query.ts';

/** Collects what was sent in path, query and body into the one input of the operation, and parses it. */
export function inputReader(op: Operation): (request: FastifyRequest) => unknown {
  const collect = collector(op);
  const parse = inputParser(op.input);
  if (!op.query) return (request) => parse(collect(request));

  // Apart from the body, so that a member of the query cannot stand in it.
  const readQuery = queryReader(op);
  const parseQuery = inputParser(op.query);
  return (request) => {
    const query = parseQuery(readQuery(request.query as Record<string, string>)) as object;
    return { ...(parse(collect(request)) as object), ...query };
  };
}

function collector(op: Operation): (request: FastifyRequest) => unknown {
  const names = pathKeys(op.path);
  const readQuery = queryReader(op);
  return (request) => {
    const params = request.params as Record<string, string>;
    const query = readQuery(request.query as Record<string, string>);
    const sent = hasBody(op) ? bodyOf(request.body) : query;
    for (const name of names) {
      if (hasBody(op) && Object.hasOwn(sent, name) && sent[name] !== params[name]) {
        throw invalidField(name, `differs from the path, where it is "${params[name]}"`);
      }
      sent[name] = params[name];
    }
    return sent;
  };
}

function bodyOf(body: unknown): Record<string, unknown> {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidField('body', 'expected a JSON object');
  return body as Record<string, unknown>;
}
