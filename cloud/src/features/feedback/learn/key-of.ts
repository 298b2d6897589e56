import { createHash } from 'node:crypto';

/** Names a text of any length in 16 letters: 96 bits, which no two of a project share by accident. */
export const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);
