/** Whether an `If-None-Match` header names this ETag. */
export const names = (header: string | undefined, etag: string) =>
  header !== undefined &&
  (header === '*' || header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag));
