import { invalidField } from '@whetstone/shared/errors';
import { z } from 'zod';

export const sandboxTiers = ['process', 'pyodide', 'quickjs', 'e2b'] as const;
export const missingSamples = ['split', 'failed', 'left-out'] as const;

export const whole = (least: number) =>
  z
    .string()
    .transform((text) => (/^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN))
    .refine((value) => value >= least && Number.isSafeInteger(value), `expected a whole number from ${least} on`);

export const hashSeed = whole(0).refine((value) => value < 2 ** 32, 'expected a whole number below 2^32');

const Flags = z.object({
  dataset: z.string().min(1),
  samples: z.string().exactOptional(),
  missingSamples: z.enum(missingSamples).exactOptional(),
  allowDuplicates: z.boolean().default(false),
  reference: z.boolean().default(false),
  command: z.string().min(1).exactOptional(),
  sandboxCommand: z.boolean().default(false),
  e2bTemplate: z.string().min(1).exactOptional(),
  published: z.string().min(1).exactOptional(),
  model: z.string().exactOptional(),
  problems: z.string().exactOptional(),
  limit: whole(1).exactOptional(),
  samplesPerProblem: whole(1).exactOptional(),
  sandbox: z.enum(sandboxTiers).exactOptional(),
  workers: whole(1).exactOptional(),
  timeoutMs: whole(1).exactOptional(),
  budgetUsd: z
    .string()
    .transform((text) => (text.trim() === '' ? Number.NaN : Number(text)))
    .refine((value) => value >= 0 && Number.isFinite(value), 'expected an amount of US dollars')
    .exactOptional(),
  allowUnknownPrice: z.boolean().default(false),
  retryErrors: whole(0),
  seed: whole(Number.MIN_SAFE_INTEGER),
  hashSeed,
  cache: z.boolean(),
  /** Neither flag: once per environment. */
  checkReference: z.boolean().exactOptional(),
  allowUnknownHash: z.boolean().default(false),
  out: z.string().min(1).exactOptional(),
  json: z.boolean().default(false),
});

export type RunFlags = ReturnType<typeof runFlagsFrom>;

export function runFlagsFrom(flags: unknown) {
  const { samplesPerProblem, budgetUsd, allowUnknownPrice, retryErrors, ...rest } = parseFlags(Flags, flags);
  return {
    ...rest,
    /** As the run engine takes them. */
    engine: {
      allowUnknownPrice,
      retryErrors,
      ...(samplesPerProblem !== undefined && { samplesPerProblem }),
      ...(budgetUsd !== undefined && { budgetUsd }),
    },
  };
}

/** What commander read, checked; a complaint names the flag. */
export function parseFlags<Schema extends z.ZodType>(schema: Schema, flags: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(flags);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidField(flagOf(String(issue?.path[0])), issue?.message ?? 'not accepted');
}

const flagOf = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
