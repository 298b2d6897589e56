import { isIban, isLuhn } from './checksums.ts';
import type { Rule } from './rule.ts';

/** What points at a person. */
export const personalRules: Rule[] = [
  {
    name: 'email',
    hint: /[@\uff20\ufe6b]/,
    // Letters of any script, the wide forms of the sign, and characters without width in between.
    pattern:
      /(?<![\p{L}\p{M}\p{N}._%+\u200b-\u200d\u2060\ufeff-])(?<secret>[\p{L}\p{M}\p{N}._%+\u200b-\u200d\u2060\ufeff-]+[@\uff20\ufe6b](?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,8}\p{L}{2,24})(?![\p{L}\p{N}-])/gu,
    isReal: isEmail,
  },
  {
    name: 'phone',
    hint: /\+[\d(]|\d{3}[-. ]\d{4}|tel:/,
    // International with a plus (not at the start of a line, where it is a patch's), American with its three groups, or a link.
    pattern:
      /(?<=[^\n\w+.$\\*/=)\]-]|["':(])\+(?:\d[ ()./-]{0,2}){8,14}\d(?!\w)|(?<![\w.$/+=-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-.]\d{4}(?![\w.-])|(?<=tel:)\+?\d[\d.-]{6,18}\d/g,
    isReal: (text, { input = '', index }) => !(text.startsWith('+') && /^\s*$/.test(lineBefore(input, index ?? 0))),
  },
  {
    name: 'iban',
    hint: /[A-Z]{2}\d{2}[ A-Z0-9]{4}/,
    pattern: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g,
    isReal: isIban,
  },
  {
    name: 'card',
    hint: /\d{4}[ -]?\d{4}/,
    pattern: /(?<![\w.-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\w.-])/g,
    isReal: isLuhn,
  },
  {
    name: 'user',
    hint: /[\\/](?:home|Users)[\\/]/,
    // Who works here, in paths of any system, also as they stand escaped in strings and in file: addresses.
    pattern:
      /(?<=(?<![\w.])(?:[A-Za-z]:)?[\\/]{1,4}(?:home|Users)[\\/]{1,4})(?<secret>[^\s\\/"'`:;,<>|*?)\]}$(]{1,64})/g,
    isReal: (name) =>
      !/^(?:shared|public|default|runner|node|user|users|username|you|me|linuxbrew|vsts|\.{1,3}|\[redacted.*)$/i.test(
        name,
      ),
  },
  {
    name: 'ip',
    hint: /\d\.\d{1,3}\.\d/,
    pattern: /(?<![\w.^~=@v/-])(?:\d{1,3}\.){3}\d{1,3}(?![\w.-])/g,
    isReal: isPublicIpv4,
  },
  {
    name: 'ip',
    hint: /[23][0-9a-f]{3}:/i,
    pattern: /(?<![\w.:])[23][0-9a-f]{3}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{0,4}(?![\w.:])/gi,
    isReal: (text) => process.getBuiltinModule('node:net').isIPv6(text) && !/^2001:0?db8:/i.test(text),
  },
];

/** `git@github.com:acme/api` names a host, `logo@2x.png` a file. */
function isEmail(text: string, { input = '', index = 0 }: RegExpMatchArray) {
  const [local = '', host = ''] = text.split(/[@\uff20\ufe6b]/);
  if (
    local === 'git' ||
    (input[index + text.length] === ':' && /^[\w-]+$/.test(local) && /^(?:git|hg|svn)/.test(local))
  )
    return false;
  if (/^\d+x?\./i.test(host) && /\.(?:png|jpe?g|svg|gif|webp|js|css)$/i.test(host)) return false;
  return !/(?:^|\.)(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?$/i.test(host);
}

/** Of its end only: looking back to the beginning of a long line for each match would take minutes for 1 MB. */
const lineBefore = (text: string, index: number) =>
  text
    .slice(Math.max(0, index - 80), index)
    .split('\n')
    .at(-1) ?? '';

/** Private, local and documentation addresses (RFC 1918, 5735, 5737, 6598) say nothing of a person. */
function isPublicIpv4(text: string) {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || /(?:^|\.)0\d/.test(text)) return false;
  // Numbers this small are versions.
  if (a < 11 && b < 100 && c < 100) return a === 8 && b === 8;
  if (a === 10 || a === 127 || a >= 224 || a === 0) return false;
  if ((a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  if (a === 100 && b >= 64 && b < 128) return false;
  return !(
    (a === 192 && b === 0) ||
    (a === 198 && (b === 51 || b === 18 || b === 19)) ||
    (a === 203 && b === 0 && c === 113)
  );
}
