import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Role } from './role.ts';

/** One thing the cloud can do, described once for HTTP, OpenAPI, the typed client and MCP. */
export interface Operation<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType<object>,
> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Names in `:colons` are filled from the input; the rest travels as query (GET, DELETE) or JSON body. */
  path: `/${string}`;
  summary: string;
  tag: string;
  /** The least role whose key may call it; `public` asks for no key. */
  role: Role | 'public';
  input: I;
  output: O;
  /** With a body only: further members of the input that travel as query all the same, as an object. */
  query?: Q;
  /** Status of success, 200 when absent. */
  status?: 200 | 201 | 202;
  /** Body of its failures where they are not problem documents. */
  failure?: z.ZodType;
  /** GET only: the input that collects every query name that no other field claims. */
  rest?: string;
  /** Of its body; 1 MiB where absent. */
  maxBytes?: number;
  /** GET of a page only: its items travel as JSON, one a line (`application/jsonl`), and `nextCursor` in `X-Next-Cursor`. */
  lines?: true;
  /** Takes `Idempotency-Key`: the same key and body answer the same and are applied once; a dry run leaves no receipt. */
  idempotent?: true;
  /** Answers with an ETag and 304 to `If-None-Match`. */
  etag?: true;
  /** Answers with server-sent events for as long as the caller stays; `output` describes their text. */
  streams?: true;
  /** Asks for a WebSocket, on which each message is one `output` as JSON text. */
  socket?: true;
  /** What it may answer beyond `invalid`, `unauthorized`, `forbidden`, `internal` and `unavailable`. */
  errors?: readonly ErrorCode[];
}

/** Does nothing at run time; lets TypeScript infer the exact input and output of the operation. */
export const operation = <
  I extends z.ZodType<object>,
  O extends z.ZodType<object>,
  Q extends z.ZodType<object> = z.ZodType<object>,
>(
  op: Operation<I, O, Q>,
) => op;

export type Contract = Record<string, Operation>;
export type Input<T extends Operation> = z.input<T['input']> & z.input<NonNullable<T['query']>>;
export type Parsed<T extends Operation> = z.output<T['input']> & z.output<NonNullable<T['query']>>;
export type Output<T extends Operation> = z.output<T['output']>;

export type Client<C extends Contract> = {
  [K in keyof C]: (input: Input<C[K]>, options?: CallOptions) => Promise<Output<C[K]>>;
};

export interface CallOptions {
  signal?: AbortSignal;
  /** Sent as `Idempotency-Key`; operations that take one get a fresh one when absent. */
  idempotencyKey?: string;
}

/** An answer whose JSON is ready, so that a hot or large one is neither built nor checked again for each caller. */
export class Prepared {
  readonly json: string;
  readonly etag: string | undefined;

  constructor(json: string, etag: string | undefined) {
    this.json = json;
    this.etag = etag;
  }
}

export type Handlers<C extends Contract, Ctx> = {
  [K in keyof C]: (ctx: Ctx, input: Parsed<C[K]>) => Output<C[K]> | Prepared | Promise<Output<C[K]> | Prepared>;
};

export const pathKeys = (path: string) => [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
/** What travels as query beside a body, by name. */
export const queryShape = ({ query }: Pick<Operation, 'query'>): Record<string, z.core.$ZodType> =>
  query instanceof z.ZodObject ? query.shape : {};

export const hasBody = (op: Pick<Operation, 'method'>) => op.method !== 'GET' && op.method !== 'DELETE';
