import { configFromEnvironment } from './config.ts';
import { docsFunctions } from './docs-functions.ts';
import { evalFunctions } from './eval-functions.ts';
import { feedbackFunctions } from './feedback-functions.ts';
import { flagFunctions } from './flag-functions.ts';
import { modelFunctions } from './model-functions.ts';
import { systemClock } from './offline/clock.ts';
import type { OpenFeatureProvider } from './open-feature.ts';
import { openFeatureProviderOver } from './open-feature-provider.ts';
import { openDocs } from './offline/open-docs.ts';
import { openEvals } from './offline/open-evals.ts';
import { openFeedback } from './offline/open-feedback.ts';
import { openFlags } from './offline/open-flags.ts';
import { openModels } from './offline/open-models.ts';
import { openRecording } from './offline/open-recording.ts';
import { nodeTransport } from './offline/transport/node-transport.ts';
import type { FlagFunctions, Whetstone } from './whetstone.ts';

export type * from './docs-answer.ts';
export type * from './eval-run-report.ts';
export type * from './feedback-answer.ts';
export type * from './flag-answer.ts';
export type * from './model-answer.ts';
export type * from './open-feature.ts';
export type {
  CallOptions,
  DocsFunctions,
  EvalFunctions,
  FeedbackFunctions,
  FlagFunctions,
  FlagsChange,
  ModelFunctions,
  Whetstone,
  WhetstoneStatus,
} from './whetstone.ts';

export interface WhetstoneOptions {
  /** Address of the server; as WHETSTONE_URL. */
  url?: string | undefined;
  /** As WHETSTONE_API_KEY. */
  apiKey?: string | undefined;
  /** Where the last known rules and the outbox lie; as WHETSTONE_STATE_DIR. */
  stateDir?: string | undefined;
  /** Where documentation is kept for when the server is away; as WHETSTONE_CACHE_DIR. */
  cacheDir?: string | undefined;
  /**
   * Path of a JSON file `{"flags": {key: value}, "model": id, "models": {taskType: id}}` to fall back on; as
   * WHETSTONE_DEFAULTS.
   */
  defaultsFile?: string | undefined;
  /** What `recommendModel` answers while nothing is known of any model; before the `model` of the defaults file. */
  defaultModel?: string | undefined;
  /** Never ask the server; as WHETSTONE_OFFLINE=1. */
  offline?: boolean | undefined;
}

/** An instance of its own; what the options leave out comes from the environment. */
export function createWhetstone(options: WhetstoneOptions = {}): Whetstone {
  const config = configFromEnvironment(asEnvironment(options));
  const transport = nodeTransport({ proxy: config.proxy, clock: systemClock });
  const recording = openRecording(config, { host: 'library', transport });
  const answers = openEvals(config, transport);
  const { attempt } = answers;
  const { defaultModel } = options;
  const models = openModels(config, { transport, attempt, record: recording.record, defaultModel });
  const docs = openDocs(config, { transport, attempt });
  const reader = openFlags(config, { transport, expose: recording.expose });
  const flags = flagFunctions(reader, recording);
  const feedback = openFeedback(config, { flags: reader, answers, record: recording.record });
  return {
    ...flags,
    ...modelFunctions(models),
    ...docsFunctions(docs),
    ...feedbackFunctions(feedback),
    ...evalFunctions({ recording, nowMs: systemClock.wallMs, namesPeople: config.tracksExposures }),
    async close() {
      await Promise.all([flags.close(), models.close(), docs.close()]);
    },
  };
}

/** The one piece of module state: the instance behind the plain functions, made from the environment by their first use. */
let shared: Whetstone | undefined;
const whetstone = () => (shared ??= createWhetstone());

export const evaluateFlag: Whetstone['evaluateFlag'] = (...args) => whetstone().evaluateFlag(...args);
export const evaluateFlagDetails: Whetstone['evaluateFlagDetails'] = (...args) =>
  whetstone().evaluateFlagDetails(...args);
export const submitEvalRun: Whetstone['submitEvalRun'] = (...args) => whetstone().submitEvalRun(...args);
export const recommendModel: Whetstone['recommendModel'] = (...args) => whetstone().recommendModel(...args);
export const recordOutcome: Whetstone['recordOutcome'] = (...args) => whetstone().recordOutcome(...args);
export const captureFeedback: Whetstone['captureFeedback'] = (...args) => whetstone().captureFeedback(...args);
export const getFeedbackExamples: Whetstone['getFeedbackExamples'] = (...args) =>
  whetstone().getFeedbackExamples(...args);
export const getGuidance: Whetstone['getGuidance'] = (...args) => whetstone().getGuidance(...args);
export const searchKnowledge: Whetstone['searchKnowledge'] = (...args) => whetstone().searchKnowledge(...args);
export const verifyCitations: Whetstone['verifyCitations'] = (...args) => whetstone().verifyCitations(...args);
export const whetstoneStatus: Whetstone['status'] = (...args) => whetstone().status(...args);

/** A provider for `@openfeature/server-sdk` that answers by the rules of an instance, without asking the cloud each time. */
export const openFeatureProvider = (instance?: FlagFunctions): OpenFeatureProvider =>
  openFeatureProviderOver(() => instance ?? whetstone());

function asEnvironment({ url, apiKey, stateDir, cacheDir, defaultsFile, offline }: WhetstoneOptions) {
  return {
    ...(url !== undefined && { WHETSTONE_URL: url }),
    ...(apiKey !== undefined && { WHETSTONE_API_KEY: apiKey }),
    ...(stateDir !== undefined && { WHETSTONE_STATE_DIR: stateDir }),
    ...(cacheDir !== undefined && { WHETSTONE_CACHE_DIR: cacheDir }),
    ...(defaultsFile !== undefined && { WHETSTONE_DEFAULTS: defaultsFile }),
    ...(offline !== undefined && { WHETSTONE_OFFLINE: offline ? '1' : '0' }),
  };
}
