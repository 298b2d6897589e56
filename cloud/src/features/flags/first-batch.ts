/**
 * No batch that came in since a time has an id below this, and none has entries from after it came in. Ids of version 7
 * begin with the time: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
 */
export const firstBatchSince = (at: Date) =>
  at
    .getTime()
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})(.{4})$/, '$1-$2-0000-0000-000000000000');
