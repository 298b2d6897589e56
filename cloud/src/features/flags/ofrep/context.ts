import { flawIn, isSoundText, type EvaluationContext, type OfrepErrorCode } from '@whetstone/shared/contract';
import { contextFromOpenFeature } from '@whetstone/shared/flags';

/** A failure in the words of OFREP. */
export interface OfrepComplaint {
  errorCode: OfrepErrorCode;
  errorDetails: string;
}

// As long as everywhere; conditions may search in what is sent here, so that its length is part of what an answer can cost.
const longestText = 1_024;
const longestName = 128;
/** More than the line of a GET holds; each is looked at on every request. */
const mostNames = 2_000;

/** The context in the body of an OFREP request, or what is wrong with it. */
export function readOfrepContext(body: unknown): EvaluationContext | OfrepComplaint {
  if (!isObject(body)) return { errorCode: 'PARSE_ERROR', errorDetails: 'body: expected a JSON object' };
  const { context } = body;
  if (!isObject(context)) return invalid('context', 'expected an object');
  const { targetingKey } = context;
  if (targetingKey === undefined || targetingKey === null || targetingKey === '') {
    return {
      errorCode: 'TARGETING_KEY_MISSING',
      errorDetails: 'context.targetingKey: expected text that is not empty',
    };
  }
  if (typeof targetingKey !== 'string') return invalid('context.targetingKey', 'expected text');
  const names = Object.keys(context);
  if (names.length > mostNames) return invalid('context', `takes at most ${mostNames} attributes`);
  for (const name of names) {
    if (name.length > longestName || !isSoundText(name)) {
      return invalid(
        `context.${name.slice(0, 40).toWellFormed()}`,
        `a name takes at most ${longestName} characters, no NUL and no half of a surrogate pair`,
      );
    }
    const flaw = flawOf(context[name]);
    if (flaw) return invalid(`context.${name}`, flaw);
  }
  return contextFromOpenFeature(context);
}

const invalid = (path: string, message: string): OfrepComplaint => ({
  errorCode: 'INVALID_CONTEXT',
  errorDetails: `${path}: ${message}`,
});

/** What lies deeper than a list is never read, but it is part of what tells two contexts apart. */
function flawOf(value: unknown): string | undefined {
  if (typeof value === 'string') return textFlaw(value);
  if (Array.isArray(value)) {
    for (const each of value) if (typeof each === 'string' && textFlaw(each)) return textFlaw(each);
  }
  return flawIn(value)?.message;
}

function textFlaw(text: string): string | undefined {
  if (text.length > longestText) return `takes at most ${longestText} characters`;
  return isSoundText(text) ? undefined : 'holds a NUL or half of a surrogate pair';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
