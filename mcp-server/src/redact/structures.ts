import type { Rule } from './rule.ts';

const placeholder =
  /^(?:\$|\{|<|%|\*+$|x+$|\.+$|:?your|example|changeme$|placeholder|process\.|env\b|os\.|import\.|null$|undefined$|none$|true$|false$|string$|\(|secrets?\b\.)/i;

/** What stands where a secret would, and is none: a variable, a template, a type, a row of stars. */
export const isPlaceholder = (text: string) => placeholder.test(text);

const isNoPlaceholder = (secret: string) => !isPlaceholder(secret);

/** Quotes as they stand in source, and in source that is itself quoted in JSON. */
const quote = String.raw`\\{0,3}["'\x60]`;
const unquoted = String.raw`[^\s"'\x60\\,;)\]}]`;

/** Names that promise a secret, whole or as part of a longer one. */
const passwordName = 'pass(?:word|wd|phrase|code)|(?<![a-z])pwd|(?<![a-z])passwd?';
const secretName =
  '(?:api|access|auth|private|secret|signing|encryption|session|service|client|master|account|shared)[_\\-. ]?(?:key|token|secret)|secret|credentials?|token|(?<![a-z])auth';

/** Secrets known by what stands around them. */
export const structureRules: Rule[] = [
  {
    name: 'url-password',
    hint: /:\/\//,
    pattern:
      /(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}:\/\/(?<secret>[^\s/@"'`<>[\]{}]{0,256}:[^\s/@"'`<>]{1,512}|[A-Za-z0-9_-]{20,256})@/g,
    isReal: (secret) => !isPlaceholder(secret.slice(secret.indexOf(':') + 1)),
  },
  {
    name: 'bearer',
    hint: /bearer|basic|authorization|token/i,
    pattern:
      /(?<![A-Za-z])(?:bearer|basic|authorization\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?(?:token|apikey|digest|negotiate)?)\s{1,4}(?<secret>[A-Za-z0-9._~+/=-]{12,4000})/gi,
    isReal: (secret) => looksRandom(secret),
  },
  {
    name: 'cookie',
    hint: /cookie/i,
    pattern:
      /(?<![A-Za-z])(?:set-)?cookie\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?(?<secret>[A-Za-z0-9_.-]{1,80}=[^"'`\\\r\n]{4,4000})/gi,
    isReal: isNoPlaceholder,
  },
  {
    name: 'password',
    hint: /pass|pwd/i,
    pattern: new RegExp(
      `(?:${passwordName})[A-Za-z0-9_-]{0,30}(?:${quote})?\\s{0,4}(?::=|=>|=|:)\\s{0,4}[a-z]{0,2}${quote}(?<secret>[^"'\\x60\\r\\n]{3,512}?)${quote}`,
      'gi',
    ),
    isReal: (secret) =>
      !isPlaceholder(secret) &&
      !/\s/.test(secret.trim()) &&
      !/^[A-Za-z_-]*(?:password|passwd)[A-Za-z_-]*$/i.test(secret),
  },
  {
    name: 'password',
    hint: /pass|pwd|password/i,
    // Connection strings and command lines: `Password=…;`, `--password …`, `-p…` is too common to tell.
    pattern: new RegExp(
      `(?:(?<=;|^)\\s{0,2}(?:password|pwd)=|--(?:password|passphrase)[= ])(?<secret>${unquoted}{3,256})`,
      'gim',
    ),
    isReal: isNoPlaceholder,
  },
  {
    name: 'password',
    hint: /[?&][^=\s]{0,40}=/,
    // In the query of an address, where nothing quotes it.
    pattern:
      /(?<=[?&])[A-Za-z0-9_-]{0,20}(?:passw(?:or)?d|pwd|passphrase|secret|token|api_?key)=(?<secret>[^\s&#"'`<>]{4,512})/gi,
    isReal: isNoPlaceholder,
  },
  {
    name: 'password',
    hint: /pass|pwd|secret/i,
    // A line of YAML or of settings: `db_password = tulip-9`. What could be the name of a variable is left alone.
    pattern:
      /^[ \t+-]{0,40}[A-Za-z0-9_.-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret)[ \t]{0,4}[:=][ \t]{0,4}(?<secret>[^\s"'`{[(&*!|>,;]{6,256})[ \t]{0,8}$/gim,
    isReal: (secret) =>
      !isPlaceholder(secret) && !/^[A-Za-z_$][\w$.]*$/.test(secret) && /[A-Za-z]/.test(secret) && !/[()]/.test(secret),
  },
  {
    name: 'secret',
    hint: /key|token|secret|auth|credential/i,
    pattern: new RegExp(
      `(?:${secretName})[A-Za-z0-9_-]{0,30}(?:${quote})?\\s{0,4}(?::=|=>|=|:)\\s{0,4}(?:[a-z]{0,2}${quote})?(?<secret>[A-Za-z0-9_+/=.~!@#$%^&*-]{12,4000})`,
      'gi',
    ),
    isReal: (secret) => !isPlaceholder(secret) && looksRandom(secret),
  },
  {
    name: 'env',
    hint: /[A-Z]=/,
    pattern:
      /^[ \t+-]{0,4}(?:export[ \t]+|ENV[ \t]+|set[ \t]+)?[A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|SIGNING_KEY|ENCRYPTION_KEY|CREDENTIALS?)[A-Z0-9_]{0,30}=["']?(?<secret>[^\s"'#]{4,4000})/gm,
    isReal: isNoPlaceholder,
  },
];

/**
 * Whether a text looks drawn rather than written: letters and digits mixed, or long with hardly a repetition. 3.5 bits per
 * character lie between identifiers (about 3.2 at 20 characters) and random base62 (about 4.1).
 */
function looksRandom(text: string) {
  const { length } = text;
  if (length < 12 || length > 4_000) return length > 4_000;
  const digits = text.replace(/[^0-9]/g, '').length;
  const hasCases = /[a-z]/.test(text) && /[A-Z]/.test(text);
  if (digits === 0 && !(hasCases && length >= 24 && !/^[a-z]+(?:[A-Z][a-z]+)*$/.test(text))) return false;
  if (/^[\d.:_-]+$/.test(text) || /[a-z]\.[a-z]/.test(text) || /[()]/.test(text)) return false;
  return entropyOf(text) >= (/^[0-9a-f-]+$/i.test(text) ? 2.8 : 3.2);
}

/** Shannon's, in bits per character. */
export function entropyOf(text: string) {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
