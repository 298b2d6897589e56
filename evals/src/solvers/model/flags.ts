import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import type { ModelOptions } from './model-solver.ts';
import { maxTokensFields, type ModelParameters } from './parameters.ts';
import { openAiUrl } from './openai-url.ts';
import { ownTemplate } from './template.ts';

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;

/** The flags of `--model`, for every command that runs one. */
export const addModelFlags = (command: Command): Command =>
  command
    .option('--model <name>', 'ask a model at an OpenAI-compatible endpoint (OPENAI_API_KEY, OPENAI_BASE_URL)')
    .option('--base-url <url>', 'its endpoint; OPENAI_API_KEY is sent only to the one of OPENAI_BASE_URL')
    .option('--temperature <n>', 'not sent unless given, like all of these')
    .option('--top-p <n>', 'nucleus sampling')
    .option('--model-seed <n>', 'seed of the sampling, where the endpoint knows one')
    .option('--max-tokens <n>', 'of an answer, thinking included (default 4096)')
    .addOption(
      new Option('--max-tokens-field <name>', 'name of that limit in requests (default by endpoint)').choices(
        maxTokensFields,
      ),
    )
    .addOption(new Option('--reasoning-effort <level>', 'for models that think').choices(efforts))
    .option('--stop <text...>', 'texts that end an answer')
    .option('--prompt-template <file>', 'instead of the default: {{prompt}}, {{stem}}, {{entryPoint}}, {{language}}')
    .option('--guidance <text>', 'put before every prompt')
    .option('--guidance-file <file>', 'the same, from a file')
    .option('--price-in <usd>', 'per million input tokens, instead of the price table')
    .option('--price-out <usd>', 'per million output tokens')
    .option('--call-timeout-ms <n>', 'for one call (default 240000)');

const number = (least: number, most: number, unit = 'a number') =>
  z
    .string()
    .transform((text) => (text.trim() === '' ? Number.NaN : Number(text)))
    .refine((value) => value >= least && value <= most, `expected ${unit} from ${least} to ${most}`)
    .optional();
const whole = (least: number, most: number) =>
  number(least, most, 'a whole number').refine(
    (value) => value === undefined || Number.isInteger(value),
    'expected a whole number',
  );

const Flags = z.object({
  model: z.string().trim().min(1, 'expected the name of a model'),
  baseUrl: z.string().optional(),
  temperature: number(0, 5),
  topP: number(0, 1),
  modelSeed: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  maxTokens: whole(1, 10_000_000),
  maxTokensField: z.enum(maxTokensFields).optional(),
  reasoningEffort: z.enum(efforts).optional(),
  stop: z.array(z.string().min(1)).max(16).optional(),
  promptTemplate: z.string().optional(),
  guidance: z.string().optional(),
  guidanceFile: z.string().optional(),
  priceIn: number(0, 1e6),
  priceOut: number(0, 1e6),
  // Node's fetch gives up after 300 s without headers, whatever is asked for.
  callTimeoutMs: whole(1, 300_000),
});

/** Reads what `addModelFlags` added, `model` included, and the files it names. */
export async function modelOptionsFrom(flags: unknown, { openai }: Pick<Config, 'openai'>): Promise<ModelOptions> {
  const parsed = Flags.safeParse(flags);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidField(flagOf(String(issue?.path[0] ?? 'model')), issue?.message ?? 'not accepted');
  }
  const { model, guidance, guidanceFile, promptTemplate, priceIn, priceOut, callTimeoutMs, ...rest } = parsed.data;
  if (guidance !== undefined && guidanceFile !== undefined)
    throw invalidField('--guidance', 'given as text and as a file: which of them?');
  if ((priceIn === undefined) !== (priceOut === undefined))
    throw invalidField(priceIn === undefined ? '--price-in' : '--price-out', 'both prices are needed, or none');
  const text = guidanceFile === undefined ? guidance : await fileText('--guidance-file', guidanceFile);
  return {
    model,
    ...endpointFrom(rest.baseUrl, openai),
    parameters: parametersFrom(rest),
    ...(promptTemplate === undefined
      ? {}
      : { template: ownTemplate(await fileText('--prompt-template', promptTemplate), promptTemplate) }),
    ...(text?.trim() ? { guidance: text } : {}),
    ...(priceIn === undefined || priceOut === undefined
      ? {}
      : { price: { inputPerMillion: priceIn, outputPerMillion: priceOut } }),
    ...(callTimeoutMs === undefined ? {} : { callTimeoutMs }),
  };
}

/** A key belongs to the endpoint it was configured with: an address on the command line does not get it. */
function endpointFrom(given: string | undefined, { apiKey, baseUrl }: Config['openai']) {
  if (given === undefined) return { baseUrl, apiKey };
  if (!URL.canParse(given)) throw invalidField('--base-url', 'expected an http or https URL');
  const own = new URL(given).origin === new URL(baseUrl ?? openAiUrl).origin;
  return { baseUrl: given, apiKey: own ? apiKey : undefined };
}

function parametersFrom(
  flags: Pick<z.infer<typeof Flags>, (keyof ModelParameters & keyof z.infer<typeof Flags>) | 'modelSeed'>,
): ModelParameters {
  const { temperature, topP, modelSeed, maxTokens, maxTokensField, reasoningEffort, stop } = flags;
  const given = { temperature, topP, seed: modelSeed, maxTokens, maxTokensField, reasoningEffort, stop };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ModelParameters;
}

const flagOf = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

async function fileText(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new WhetstoneError('not_found', `${flag}: ${file} cannot be read`, { cause });
  }
}
