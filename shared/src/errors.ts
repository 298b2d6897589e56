/** Every failure a caller may see, with the HTTP status that carries it. */
export const statusOf = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof statusOf;

/** What is wrong with one field; `path` is dotted, `rules.0.when.1.values`. */
export interface FieldError {
  path: string;
  message: string;
}

interface ErrorDetails extends ErrorOptions {
  /** Named fields, when the caller can mend them one by one. */
  errors?: FieldError[];
  /** Further members of the problem document, such as `currentVersion` of a conflict. */
  extra?: Record<string, unknown>;
}

/** The one error class that crosses layers; anything else is a bug and reaches callers as `internal`. */
export class WhetstoneError extends Error {
  override name = 'WhetstoneError';
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly extra: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, { errors, extra, ...options }: ErrorDetails = {}) {
    super(message, options);
    this.code = code;
    this.errors = errors;
    this.extra = extra;
  }
}

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(statusOf, value);

/** An `invalid` error about a single field. */
export const invalidField = (path: string, message: string) =>
  new WhetstoneError('invalid', `${path}: ${message}`, { errors: [{ path, message }] });
