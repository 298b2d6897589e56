import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { FunctionProblem, Problem } from '../../problem.ts';
import type { Answer, Attempt, Solver, Usage } from '../solver.ts';
import { systemClock, type Clock } from './clock.ts';
import { openEndpoint, type CallReply } from './endpoint.ts';
import { estimateCost, mostCost } from './estimate.ts';
import { extractAnswer, extractionRule } from './extract.ts';
import { createGate, type Gate } from './gate.ts';
import { defaultMaxTokens, requestParameters, type ModelParameters } from './parameters.ts';
import { isOpenRouter, priceList, type OwnPrice } from './price.ts';
import { FilteredAnswer } from './refusal.ts';
import { defaultRetryPolicy, withRetries, type RetryPolicy } from './retry.ts';
import { defaultTemplate, sha256, type PromptTemplate } from './template.ts';

export interface ModelOptions {
  model: string;
  /** Any OpenAI-compatible endpoint; default OpenAI's. */
  baseUrl?: string | undefined;
  apiKey?: string | undefined;
  parameters?: ModelParameters;
  template?: PromptTemplate;
  /** Text put before every prompt. */
  guidance?: string | undefined;
  price?: OwnPrice | undefined;
  /** For one call; what the retries may take together is in `retry`. */
  callTimeoutMs?: number;
  retry?: Partial<RetryPolicy>;
  /** Handed in where several solvers call one endpoint. */
  gate?: Gate;
  clock?: Clock;
  random?: () => number;
}

/** Thinking models take minutes; a call that took longer than this would be ended by Node's own limit of 300 s. */
const defaultCallTimeoutMs = 240_000;

/** A model behind an OpenAI-compatible chat endpoint. */
export function modelSolver(options: ModelOptions): Solver {
  const { model, guidance, parameters = {}, template = defaultTemplate(), clock = systemClock } = options;
  const endpoint = openEndpoint({ ...options, callTimeoutMs: options.callTimeoutMs ?? defaultCallTimeoutMs }, clock);
  const { host, publicUrl } = endpoint;
  const sent = requestParameters(parameters, publicUrl);
  const prices = priceList({ model, publicUrl, own: options.price, now: clock.now });
  const gate = options.gate ?? createGate(clock);
  const policy = { ...defaultRetryPolicy, ...options.retry };
  const maxTokens = parameters.maxTokens ?? defaultMaxTokens;

  const promptOf = (problem: Problem) => {
    const prompt = template.render(functionProblem(problem));
    return guidance ? `${guidance.trimEnd()}\n\n${prompt}` : prompt;
  };
  const askedTokens = (problem: Problem) => ({ promptBytes: Buffer.byteLength(promptOf(problem)), maxTokens });

  async function solve(problem: Problem, _sampleIndex: number, stop: AbortSignal): Promise<Attempt> {
    // One of its own: all workers wait on the run's, and Node warns of many listeners.
    const signal = AbortSignal.any([stop]);
    const asked = functionProblem(problem);
    const prompt = promptOf(problem);
    const body: ChatCompletionCreateParamsNonStreaming = {
      model,
      messages: [{ role: 'user', content: prompt }],
      ...sent,
      // OpenRouter says what an answer cost when it is asked to.
      ...(isOpenRouter(publicUrl) ? { usage: { include: true } } : {}),
    };
    const random = options.random ?? Math.random;
    try {
      const reply = await withRetries({ policy, clock, random, signal }, () =>
        gate.pass(() => endpoint.call(body, signal), signal),
      );
      return attemptOf(extractAnswer(asked, reply), reply, prompt);
    } catch (error) {
      // Refused before the model said a word: what it cost is not known.
      if (error instanceof FilteredAnswer) return filteredAttempt(endpoint.redact(error.message), prompt);
      throw error;
    }
  }

  function attemptOf(answer: Answer, reply: CallReply, request: string): Attempt {
    const { input, output } = reply.tokens;
    const costUsd = prices.costUsd(reply.tokens, reply.reportedUsd);
    const usage: Usage = {
      ...(input === undefined ? {} : { inputTokens: input }),
      ...(output === undefined ? {} : { outputTokens: output }),
      ...(costUsd === undefined ? {} : { costUsd }),
    };
    return {
      answer,
      usage,
      solveMs: reply.tookMs,
      transcript: { request, response: reply.text || (reply.refusal ?? '') },
    };
  }

  return {
    subject: {
      kind: 'model',
      label: model,
      model,
      host,
      parameters: sent,
      template: template.described,
      ...(guidance ? { guidance: { sha256: sha256(guidance), text: guidance } } : {}),
      extraction: extractionRule,
      prices: prices.described,
    },
    estimate: (problems, samplesPerProblem) => estimateCost(prices, problems.map(askedTokens), samplesPerProblem),
    worstCaseUsd: (problem) => mostCost(prices, askedTokens(problem)),
    solve,
  };
}

const filteredAttempt = (message: string, request: string): Attempt => ({
  answer: { kind: 'none', reason: `stopped by a content filter: ${message}` },
  usage: {},
  solveMs: 0,
  transcript: { request, response: message },
});

function functionProblem(problem: Problem): FunctionProblem {
  if (problem.kind === 'function') return problem;
  throw new WhetstoneError(
    'invalid',
    `${problem.id} is a task in a repository, which a model alone cannot see: measure an agent by its command`,
  );
}
