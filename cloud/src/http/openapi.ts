import { hasBody, pathKeys, type Contract, type Operation } from '@whetstone/shared/contract';
import { statusOf, type ErrorCode } from '@whetstone/shared/errors';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** Of an object's schema. */
type Fields = Json & { properties?: Json; required?: string[] };

/** The OpenAPI 3.1 document of a contract; schemas that have an id become components. */
export function openApi(contract: Contract, version: string): Json {
  const components: Json = { Problem: problemSchema };
  const paths: Record<string, Json> = {};
  for (const [id, op] of Object.entries(contract)) {
    const path = op.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [op.method.toLowerCase()]: describe(id, op, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Whetstone',
      version,
      description:
        'Keeps coding agents sharp. Send an API key as bearer token; `x-role` is the least role that may call.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'wsk_<selector>_<secret><checksum>' },
      },
      schemas: components,
    },
  };
}

/** The document as it is kept in the repository. */
export const openApiText = (contract: Contract, version: string) =>
  `${JSON.stringify(openApi(contract, version), null, 2)}\n`;

function describe(id: string, op: Operation, components: Json): Json {
  const input: Fields = schemaOf(op.input, 'input', components);
  const names = pathKeys(op.path);
  // What a query says beside a body has a schema of its own; without a body it is what the path leaves of the input.
  const query: Fields | undefined = hasBody(op) ? op.query && schemaOf(op.query, 'input', components) : input;
  const asParameter =
    (place: 'path' | 'query', { properties = {}, required = [] }: Fields = {}) =>
    (name: string) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: properties[name],
      ...(name === op.rest ? { style: 'form', explode: true } : {}),
    });
  const queryNames = Object.keys(query?.properties ?? {}).filter((name) => !names.includes(name));
  const parameters = [
    ...names.map(asParameter('path', input)),
    ...queryNames.map(asParameter('query', query)),
    ...headersOf(op),
  ];
  const body = hasBody(op) ? bodyOf(input, names) : undefined;
  return {
    operationId: id,
    summary: op.summary,
    tags: [op.tag],
    'x-role': op.role,
    ...(op.role === 'public' ? {} : { security: [{ apiKey: [] }] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: body.required, content: { 'application/json': { schema: body.schema } } } }
      : {}),
    responses: responsesOf(op, components),
  };
}

function headersOf(op: Operation) {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  });
  return [
    ...(op.idempotent
      ? [header('Idempotency-Key', 'The same key and body are applied once and answered the same')]
      : []),
    ...(op.etag ? [header('If-None-Match', 'ETag of the answer at hand; 304 when it is still current')] : []),
    ...(op.streams ? [header('Last-Event-ID', 'Id of the last event received; only what was missed is sent')] : []),
  ];
}

/** What is left of the input for the body once the path has taken its names; none when nothing is left. */
function bodyOf(input: Json, names: string[]) {
  if (!input['properties']) return { schema: input, required: true };
  const properties = Object.entries(input['properties']).filter(([name]) => !names.includes(name));
  if (properties.length === 0) return undefined;
  const required = ((input['required'] ?? []) as string[]).filter((name) => !names.includes(name));
  return { schema: { ...input, properties: Object.fromEntries(properties), required }, required: required.length > 0 };
}

function responsesOf(op: Operation, components: Json): Json {
  const codes: ErrorCode[] = ['invalid', ...(op.role === 'public' ? [] : (['unauthorized', 'forbidden'] as const))];
  codes.push(...(op.errors ?? []), ...(hasBody(op) ? (['payload_too_large', 'unsupported_media_type'] as const) : []));
  codes.push('internal', 'unavailable');
  const output = schemaOf(op.output, 'output', components);
  const success = op.socket
    ? { description: 'Switching to WebSocket', 'x-message': output }
    : {
        description: 'Success',
        content: {
          [op.streams ? 'text/event-stream' : op.lines ? 'application/jsonl' : 'application/json']: {
            schema: op.lines ? lineOf(output) : output,
          },
        },
        ...(op.lines
          ? { headers: { 'X-Next-Cursor': { schema: { type: 'string' }, description: 'nextCursor' } } }
          : {}),
      };
  const failure = op.failure && { 'application/json': { schema: schemaOf(op.failure, 'output', components) } };
  const failureOf = (code: ErrorCode) =>
    failure ? { description: sentenceOf(code), content: failure } : problemResponse(code);
  return {
    [op.socket ? 101 : (op.status ?? 200)]: op.etag
      ? { ...success, headers: { ETag: { schema: { type: 'string' } } } }
      : success,
    ...(op.etag ? { 304: { description: 'Still current' } } : {}),
    ...Object.fromEntries([...new Set(codes)].map((code) => [statusOf[code], failureOf(code)])),
  };
}

/** What one line of an answer is, by the schema of its page. */
const lineOf = (page: Json) => (page['properties'] as { items: { items: Json } }).items.items;

const sentenceOf = (code: ErrorCode) => `\`${code}\``;

const problemResponse = (code: ErrorCode) => ({
  description: sentenceOf(code),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { enum: Object.keys(statusOf) },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
    },
    requestId: { type: 'string' },
  },
};

/** What may be sent differs from what is answered (defaults), so that a named schema has two forms where they do. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const suffix = io === 'input' ? 'Input' : '';
  const {
    $schema: _,
    $defs = {},
    ...root
  } = rename(z.toJSONSchema(schema, { io, unrepresentable: 'any' }), suffix) as Json;
  for (const [name, definition] of Object.entries($defs as Json)) components[name + suffix] = definition;
  return root;
}

/** Points references at the components of the document. */
function rename(value: unknown, suffix: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, suffix));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'id' || !('$ref' in value))
      .map(([name, inner]) => [
        name,
        name === '$ref'
          ? String(inner).replace(/^#\/\$defs\/(.+)$/, `#/components/schemas/$1${suffix}`)
          : rename(inner, suffix),
      ]),
  );
}
