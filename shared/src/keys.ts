import { crc32 } from './crc32.ts';

/**
 * The grammar of API keys: `wsk_<selector 12>_<secret 32><checksum 6>` in base62. The selector finds the key, the secret
 * proves it, the checksum lets a typo or a fake be refused without a look-up.
 */
export interface ApiKey {
  /** Public: safe to show and to log. */
  selector: string;
  secret: string;
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const grammar = /^wsk_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

/** The parts of a well-formed key, or `undefined` when the form or the checksum is wrong. */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, selector, secret, checksum] = grammar.exec(text) ?? [];
  if (!selector || !secret || checksum !== checksumOf({ selector, secret })) return undefined;
  return { selector, secret };
}

export const formatApiKey = (key: ApiKey) => `wsk_${key.selector}_${key.secret}${checksumOf(key)}`;

/** A fresh key from a source of random bytes (`crypto.randomBytes`). */
export function newApiKey(randomBytes: (size: number) => Uint8Array): ApiKey {
  return { selector: randomText(12, randomBytes), secret: randomText(32, randomBytes) };
}

function randomText(length: number, randomBytes: (size: number) => Uint8Array) {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is the largest multiple of 62 in a byte; what lies above would favour the first digits.
      if (byte < 248 && text.length < length) text += digits[byte % 62];
    }
  }
  return text;
}

function checksumOf({ selector, secret }: ApiKey) {
  let rest = crc32(`wsk_${selector}_${secret}`);
  let text = '';
  while (rest > 0) {
    text = digits[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text.padStart(6, '0');
}
