/** Whether an `If-None-Match` header names this ETag. */
export const names = (header: string | undefined, etag: string) =>
  // Nearly always it is the one ETag that we gave out: no need to take it apart.
  header === etag ||
  (header !== undefined &&
    (header === '*' || header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag)));
