import { pseudonymOf } from '../redact/pseudonym.ts';
import { redactText } from '../redact/redact.ts';

/** The longest identifier that the cloud takes. */
const maxIdentifier = 1_024;

/**
 * An identifier as the cloud can join it with others, whatever a caller without types has sent: one that it would not take
 * becomes a pseudonym, which is the same each time.
 */
export function identifier(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.length > maxIdentifier || !isSound(value) ? pseudonymOf(value) : value;
}

/**
 * A text as long as the cloud takes it. Redacted before it is cut: a marker may be longer than what it replaces. Postgres
 * takes no half of a pair and no NUL.
 */
export const fitting = (value: string, maxLength: number): string => sound(redactText(value).slice(0, maxLength));

export const sound = (value: string): string => value.toWellFormed().replaceAll('\0', '\ufffd');

const isSound = (value: string) => value.isWellFormed() && !value.includes('\0');
