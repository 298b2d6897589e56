import { createHash } from 'node:crypto';
import { redactLines } from '../redact/redact.ts';
import { refusalOfContent, type Refusal } from './places.ts';
import { maxFileBytes } from './spool/spooler-script.ts';

export type KnownText = { text: string } | { refused: Refusal };

/** Turns the bytes of a file into what may be kept of it. */
export interface TextKnower {
  know(bytes: Buffer): KnownText;
  /** Places that were redacted so far. */
  redacted(): number;
}

/** The same bytes come again and again, and searching them takes far longer than knowing them again. */
export function textKnower(): TextKnower {
  const known = new Map<string, KnownText>();
  let redacted = 0;
  return {
    know(bytes) {
      const key = createHash('sha256').update(bytes).digest('base64');
      const before = known.get(key);
      if (before) return before;
      const refused = refusalOfContent(bytes, maxFileBytes);
      const result = refused ? { refused } : { text: redactLines(bytes.toString('utf8')) };
      if ('text' in result) redacted += result.text.split('[redacted:').length - 1;
      known.set(key, result);
      return result;
    },
    redacted: () => redacted,
  };
}

export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
