import { parseInput, type Operation } from '@whetstone/shared/contract';
import { WhetstoneError, type FieldError } from '@whetstone/shared/errors';

/** What is wrong with what was sent, field by field; nothing when the refusal is about something else. */
export const fieldErrorsOf = (error: unknown): readonly FieldError[] =>
  error instanceof WhetstoneError ? (error.errors ?? none) : none;

/** What the server would refuse, by the schema it reads with. */
export function complaintsAbout(operation: Pick<Operation, 'input'>, input: object): readonly FieldError[] {
  try {
    parseInput(operation.input, input);
    return none;
  } catch (error) {
    if (error instanceof WhetstoneError) return fieldErrorsOf(error);
    throw error;
  }
}

/** Those that stand beside no field. */
export const notShown = (errors: readonly FieldError[], fields: readonly string[]): FieldError[] =>
  errors.filter(({ path }) => !fields.some((field) => path === field || path.startsWith(`${field}.`)));

const none: readonly FieldError[] = [];
