import { deliveredGuidance, guidanceFlag, guidanceText, type DeliveredGuidance } from '@whetstone/shared/feedback';
import type { FeedbackProvenance, GuidanceAnswer } from '../feedback-answer.ts';
import type { FlagContext } from '../flag-answer.ts';
import { count, readFields, type Field } from '../models/fields.ts';
import type { FlagReader } from '../offline/flag-reader.ts';
import { provenanceOf, type LastAnswers } from '../offline/last-answers.ts';
import { variantsOf, versionsServed } from './guidance-flag.ts';

interface Dependencies {
  flags: Pick<FlagReader, 'answer' | 'catalog'>;
  read: LastAnswers['read'];
  nowMs: () => number;
}

/** One version, whoever gets it. */
export interface GuidanceVersion extends FeedbackProvenance {
  version: string;
  rules: unknown;
  /** As it goes into a prompt, where nothing is known of the task. */
  text?: string;
}

export interface GuidanceGiving {
  give(sent: unknown, signal?: AbortSignal): Promise<GuidanceAnswer | { refusal: string }>;
  /** The versions that this machine has, with a word on each. */
  versions(): Promise<Map<string, string>>;
  version(version: string, signal?: AbortSignal): Promise<GuidanceVersion | undefined>;
  /** The versions that somebody gets now; nothing where there is no guidance at all. */
  served(): Promise<string[] | undefined>;
}

/** As it was given: rules of flags ask for a user by the name that `evaluateFlag` has for them. */
const text: Field = (value) =>
  typeof value === 'string' && value !== '' && value.length <= 1_024
    ? { value }
    : { mustBe: 'a text of 1 to 1024 characters' };

const fields: Readonly<Record<string, Field>> = {
  taskType: text,
  language: text,
  userId: text,
  repoId: text,
  model: text,
  agent: text,
  taskId: text,
  tokenBudget: count(1, 1_000_000),
};

/** Guidance is the value of a flag: so it is answered on this machine, by the same buckets, and the use of it is counted. */
export function guidanceGiving({ flags, read, nowMs }: Dependencies): GuidanceGiving {
  return {
    async give(sent, signal) {
      const asked = readFields(fields, sent);
      if ('problem' in asked) return { refusal: asked.problem };
      const { tokenBudget, ...attributes } = asked.values;
      const { language, ...context } = asContext(attributes);
      const answer = await flags.answer(
        guidanceFlag,
        { ...context, ...(language !== undefined && { attributes: { language } }) },
        { default: null, signal },
      );
      const wanted = {
        taskType: context.taskType,
        language,
        nowMs: nowMs(),
        tokenBudget: tokenBudget === undefined ? undefined : Number(tokenBudget),
      };
      const { variant, source, ageMs, degradedReason, errorCode } = answer;
      if (errorCode === 'FLAG_NOT_FOUND') {
        // Nobody has released any: that is an answer, and as sure as the rules are.
        const { source: known, ageMs: age, degradedReason: why } = await flags.catalog(signal);
        return { ...none, source: known, ageMs: age, degradedReason: why };
      }
      const said = { variant, source, ageMs, degradedReason: withUnit(degradedReason, errorCode) };
      const document = deliveredGuidance(answer.value);
      if (!document) return { ...none, ...said };
      return { version: document.version, ...guidanceText(document, wanted), ...said };
    },

    async versions() {
      const variants = variantsOf(await flagDocument());
      return new Map([...variants.values()].map(({ version, rules }) => [version, `${rules.length} rules`]));
    },

    async version(version, signal) {
      const { documents, source, ageMs, degradedReason } = await flags.catalog(signal);
      const here = [...variantsOf(documents.get(guidanceFlag)).values()].find((one) => one.version === version);
      if (here) return { ...shown(here), source, ageMs, degradedReason };
      if (!/^g[1-9]\d{0,8}$/.test(version)) return undefined;
      // Versions that no variant serves: drafts, and what was retired.
      const answer = await read(`/api/guidance/${version}`, signal);
      if (answer.kind === 'refused' || answer.kind === 'default') return undefined;
      return { version, rules: answer.body['rules'], ...provenanceOf(answer) };
    },

    async served() {
      const flag = await flagDocument();
      return flag && versionsServed(flag);
    },
  };

  async function flagDocument() {
    return (await flags.catalog()).documents.get(guidanceFlag);
  }

  function shown(document: DeliveredGuidance) {
    return { version: document.version, rules: document.rules, text: guidanceText(document, { nowMs: nowMs() }).text };
  }
}

const none = { rules: [], text: '', tokens: 0 };

const withUnit = (degradedReason: string | undefined, errorCode: string | undefined) =>
  errorCode === 'TARGETING_KEY_MISSING'
    ? [degradedReason, 'Guidance is rolled out by userId: name one.'].filter(Boolean).join(' ')
    : degradedReason;

/** Only called with what the fields above made: texts. */
const asContext = (attributes: Record<string, unknown>) => attributes as FlagContext & { language?: string };
