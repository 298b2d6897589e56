import type { Rule } from './rule.ts';
import { entropyOf } from './structures.ts';

/** A line of a key in PEM, as it stands in a file, a diff, or the source of a program; 70 wide as OpenSSH writes it. */
const before = String.raw`[ \t+>-]{0,40}["'\x60]?`;
const after = String.raw`(?:\\+n)?["'\x60]?[ \t]{0,4}[+,\\]?[ \t]{0,4}\r?\n`;
const line = `${before}(?:[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{70})${after}`;

/** Private keys, whole and in pieces. */
export const privateKeyRules: Rule[] = [
  {
    name: 'private-key',
    hint: /-----BEGIN/,
    // An end that is missing (a key cut off in a patch) must not save it: then what looks like base64 goes.
    pattern:
      /-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?:(?!-----)[\s\S]){0,20000}-----END[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?:(?:\\+[nr]|[\s"'+,>|-]){0,20}[A-Za-z0-9+/=]{24,4000}){0,400})/g,
  },
  {
    name: 'private-key',
    hint: /-----END[A-Z0-9 ]{0,40}PRIVATE KEY/,
    // Its begin is not shown.
    pattern: new RegExp(
      `^(?<secret>(?:${before}[A-Za-z0-9+/]{16,80}={0,2}${after}){1,400})(?=${before}-----END[A-Z0-9 ]{0,40}PRIVATE KEY)`,
      'gm',
    ),
  },
  {
    name: 'private-key',
    hint: /[A-Za-z0-9+/]{64}/,
    // Neither is its end: three lines or more of one width, drawn at random. Other things are broken at 76, or are hex.
    pattern: new RegExp(
      `^(?<secret>(?:${line}){3,400}(?:${before}[A-Za-z0-9+/]{1,70}={0,2}(?![A-Za-z0-9+/=]))?)`,
      'gm',
    ),
    isReal: (body, { index = 0, input = '' }) => {
      const isNamed =
        /-----BEGIN[A-Z0-9 ]{0,40}-----[\s"'`+,\\n]{0,20}$/.test(input.slice(Math.max(0, index - 100), index)) ||
        /^[\s"'`+,\\n]{0,60}-----END/.test(input.slice(index + body.length, index + body.length + 100));
      return !isNamed && /[a-z]/.test(body) && /[A-Z]/.test(body) && /\d/.test(body) && entropyOf(body) >= 5.2;
    },
  },
];
