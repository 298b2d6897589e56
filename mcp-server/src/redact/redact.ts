import { personalRules } from './personal.ts';
import { isIdentifierName, pseudonymOf } from './pseudonym.ts';
import { applyRules, marker, type Rule } from './rule.ts';
import { isPlaceholder, structureRules } from './structures.ts';
import { tokenRules } from './tokens.ts';

/** Secrets first: what they contain may look like something personal. Forms before surroundings: their names say more. */
const rules: readonly Rule[] = [
  ...structureRules.slice(0, 1),
  ...tokenRules,
  ...structureRules.slice(1),
  ...personalRules,
];

/** A name under which any text is a secret. */
const secretMember =
  /^(?:.*[_-])?(?:password|passwd|passphrase|pwd|secret|client_?secret|api_?key|access_?token|refresh_?token|auth_?token|private_?key|authorization|cookie|set-cookie)$/i;

/**
 * A JSON value without secrets and personal data: every text in it, names of members included, is searched and what is
 * found replaced by a marker. The same input gives the same output, and applying it again changes nothing. Identifiers that
 * join records (`userId` and the like) become pseudonyms instead, so that they still join.
 * Text in members named in `except` stays as it is.
 */
export function redact(value: unknown, except: ReadonlySet<string> = nothing): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((item) => redact(item, except));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [redactText(name), redactMember(name, member, except)]),
  );
}

const nothing: ReadonlySet<string> = new Set();

export const redactText = (text: string) => applyRules(rules, text);

function redactMember(name: string, member: unknown, except: ReadonlySet<string>) {
  if (typeof member !== 'string') return redact(member, except);
  if (except.has(name)) return member;
  if (isIdentifierName(name)) return redactText(member) === member ? member : pseudonymOf(member);
  if (secretMember.test(name) && member.length > 3 && !isPlaceholder(member) && !member.startsWith('[redacted:')) {
    return marker(/pass|pwd/i.test(name) ? 'password' : 'secret');
  }
  return redactText(member);
}
