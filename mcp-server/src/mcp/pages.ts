import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

const pageSize = 100;

/**
 * A page of a list in the order of its keys. The cursor holds the last key of the page before: what comes and goes between
 * two pages neither repeats nor hides anything else.
 */
export function pageOf<T>(list: readonly T[], keyOf: (item: T) => string, cursor: string | undefined) {
  const after = cursor === undefined ? '' : readCursor(cursor);
  const rest = list.filter((item) => keyOf(item) > after).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const items = rest.slice(0, pageSize);
  const last = rest.length > pageSize ? items.at(-1) : undefined;
  return { items, nextCursor: last && Buffer.from(keyOf(last)).toString('base64url') };
}

/** For lists that are one page long. */
export function refuseCursor(cursor: string | undefined) {
  if (cursor !== undefined) throw badCursor();
}

function readCursor(cursor: string) {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length === 0 || bytes.toString('base64url') !== cursor) throw badCursor();
  return bytes.toString();
}

const badCursor = () =>
  new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'cursor: not from here; pass nextCursor of the page before, or none',
  );
