import { longestUsageDays } from '@whetstone/shared/contract';
import { parseApiKey } from '@whetstone/shared/keys';
import { totalmem } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { z } from 'zod';
import type { EmbeddingsEndpoint } from './platform/embeddings/openai.ts';
import { dimensionsOf } from './platform/embeddings/models.ts';
import { isPlace } from './platform/outbound/allowed-places.ts';
import type { QStash } from './platform/queue/qstash-queue.ts';
import type { PineconeIndex } from './platform/vectors/pinecone.ts';

/** Where packages are published. In pieces: no line may name a registry, lest an install is bound to one (prose.test.ts). */
const publicRegistry = `https://${['registry', 'npmjs', 'org'].join('.')}`;

const checkout = resolve(import.meta.dirname, '../..');

const postgresUrl = () =>
  z.string().refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol));

const httpUrl = () => z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol));

const keptDays = (usual: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .refine((days) => days <= longestUsageDays)
    .default(usual);

const listOf = (isItem: (text: string) => boolean) =>
  z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((items) => items.every(isItem))
    .default([]);

const isPort = (text: string) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
const mostJobWorkers = 200;
/** What a column of pgvector holds. */
const mostDimensions = 16_000;

/** Each variable with what it expects; the message is what a person reads when the start stops. */
const Environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port <= 65_535)
    .default(8787),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/)
    .default('127.0.0.1'),
  WHETSTONE_DATA_DIR: z.string().min(1).default(resolve(checkout, '.whetstone')),
  WHETSTONE_ADMIN_KEY: z
    .string()
    .refine((text) => parseApiKey(text) !== undefined)
    .optional(),
  WHETSTONE_SEED: z.enum(['demo', 'none']).default('demo'),
  WHETSTONE_PUBLIC_URL: httpUrl().optional(),
  WHETSTONE_SESSION_SECRET: z.string().min(32).optional(),
  WHETSTONE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
  WHETSTONE_USAGE_DAYS: keptDays(400),
  WHETSTONE_EXPOSURE_DAYS: keptDays(90),
  WHETSTONE_DATASETS_DIR: z.string().min(1).optional(),
  WHETSTONE_REPOS_DIRS: z.string().min(1).optional(),
  WHETSTONE_DOC_DIRS: z.string().min(1).optional(),
  WHETSTONE_NPM_REGISTRY: httpUrl().default(publicRegistry),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: httpUrl().optional(),
  WHETSTONE_MODEL_PRICE: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,9})?\/\d{1,6}(\.\d{1,9})?$/)
    .optional(),
  EMBEDDINGS_API_KEY: z.string().regex(/^\S+$/).optional(),
  EMBEDDINGS_BASE_URL: httpUrl().optional(),
  EMBEDDINGS_MODEL: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional(),
  EMBEDDINGS_DIMENSIONS: z
    .string()
    .regex(/^[1-9]\d{0,4}$/)
    .transform(Number)
    .refine((dimensions) => dimensions <= mostDimensions)
    .optional(),
  PINECONE_API_KEY: z.string().regex(/^\S+$/).optional(),
  PINECONE_INDEX: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,43}[a-z0-9])?$/)
    .optional(),
  PINECONE_CONTROLLER_HOST: httpUrl().optional(),
  E2B_API_KEY: z.string().min(1).optional(),
  E2B_API_URL: httpUrl().optional(),
  E2B_DOMAIN: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/)
    .optional(),
  DATABASE_URL: postgresUrl().optional(),
  DATABASE_DIRECT_URL: postgresUrl().optional(),
  UPSTASH_REDIS_REST_URL: z
    .string()
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    .optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().regex(/^\S+$/).optional(),
  WHETSTONE_OUTBOUND_ALLOW: listOf(isPlace),
  WHETSTONE_OUTBOUND_PORTS: listOf(isPort),
  WHETSTONE_JOB_WORKERS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .refine((workers) => workers <= mostJobWorkers)
    .optional(),
  QSTASH_URL: httpUrl().optional(),
  QSTASH_TOKEN: z.string().min(1).optional(),
  QSTASH_CURRENT_SIGNING_KEY: z.string().min(1).optional(),
  QSTASH_NEXT_SIGNING_KEY: z.string().min(1).optional(),
});

/** Variables that mean something together alone. */
const pairs = [
  ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'],
  ['PINECONE_API_KEY', 'PINECONE_INDEX'],
] as const;

const expectations: Record<keyof z.infer<typeof Environment>, string> = {
  PORT: 'a port from 0 to 65535, such as 8787',
  HOST: 'a host name or address to listen on, such as 127.0.0.1',
  WHETSTONE_DATA_DIR: 'a directory',
  WHETSTONE_ADMIN_KEY: 'a key in the grammar wsk_<selector 12>_<secret 32><checksum 6>; `pnpm key` prints a fresh one',
  WHETSTONE_SEED: 'demo or none',
  WHETSTONE_PUBLIC_URL: 'an http or https URL, such as https://whetstone.example.com',
  WHETSTONE_SESSION_SECRET: 'at least 32 characters that nobody can guess, such as what `openssl rand -hex 32` prints',
  WHETSTONE_LOG_LEVEL: 'trace, debug, info, warn, error or silent',
  WHETSTONE_USAGE_DAYS: `days that counts of exposures by hour are kept, 1 to ${longestUsageDays}, such as 400`,
  WHETSTONE_EXPOSURE_DAYS: `days that exposures and their units are kept, 1 to ${longestUsageDays}, such as 90`,
  WHETSTONE_DATASETS_DIR: 'a directory of data sets and of files with samples',
  WHETSTONE_REPOS_DIRS: `directories of git repositories, separated by "${delimiter}"`,
  WHETSTONE_DOC_DIRS: `directories of documentation, separated by "${delimiter}"`,
  WHETSTONE_NPM_REGISTRY:
    'the http or https URL of a registry of npm packages, such as https://packages.example.com/npm',
  OPENAI_API_KEY: 'a key of the model endpoint',
  OPENAI_BASE_URL: 'the http or https URL of an OpenAI-compatible endpoint, such as https://api.openai.com/v1',
  WHETSTONE_MODEL_PRICE:
    'US dollars per million input and output tokens of an endpoint that is in no price table, such as 0.15/0.6',
  EMBEDDINGS_API_KEY: 'a key of the embeddings endpoint',
  EMBEDDINGS_BASE_URL: 'the http or https URL of an OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1',
  EMBEDDINGS_MODEL: 'the name of a model, such as text-embedding-3-small, of an endpoint that is given too; or none',
  EMBEDDINGS_DIMENSIONS: `how many numbers a vector of EMBEDDINGS_MODEL has, 1 to ${mostDimensions}, such as 768`,
  PINECONE_API_KEY: 'a key of Pinecone, together with PINECONE_INDEX',
  PINECONE_INDEX: 'the name of an index of Pinecone, together with PINECONE_API_KEY',
  PINECONE_CONTROLLER_HOST: 'the http or https URL of the control plane, such as https://api.pinecone.io',
  E2B_API_KEY: 'a key of E2B',
  E2B_API_URL: 'an http or https URL',
  E2B_DOMAIN: 'a domain name',
  DATABASE_URL: 'a PostgreSQL URL, such as postgres://user:password@host:5432/database',
  DATABASE_DIRECT_URL: 'a PostgreSQL URL that goes past any pooler, for LISTEN',
  UPSTASH_REDIS_REST_URL: 'an https URL as Upstash shows it for REST, together with UPSTASH_REDIS_REST_TOKEN',
  UPSTASH_REDIS_REST_TOKEN: 'the token that belongs to UPSTASH_REDIS_REST_URL, without spaces',
  WHETSTONE_OUTBOUND_ALLOW: 'hosts, addresses or networks, separated by commas, such as hooks.internal,10.1.0.0/16',
  WHETSTONE_OUTBOUND_PORTS: 'ports from 1 to 65535, separated by commas, such as 80,443,8443',
  WHETSTONE_JOB_WORKERS: `jobs that one process runs at once, 1 to ${mostJobWorkers}, such as 10`,
  QSTASH_URL: 'an http or https URL, such as https://qstash.upstash.io',
  QSTASH_TOKEN: 'the token of QStash, together with both signing keys and WHETSTONE_PUBLIC_URL',
  QSTASH_CURRENT_SIGNING_KEY: 'the current signing key of QStash, together with QSTASH_TOKEN',
  QSTASH_NEXT_SIGNING_KEY: 'the next signing key of QStash, together with QSTASH_TOKEN',
};

export interface Config {
  port: number;
  host: string;
  dataDir: string;
  adminKey: string | undefined;
  seed: 'demo' | 'none';
  publicUrl: string | undefined;
  /** Signs cookies; when absent, one is made in the data directory. */
  sessionSecret: string | undefined;
  logLevel: string | undefined;
  /** For how many days counts of exposures by hour, and exposures with their units, are kept. */
  keep: { usageDays: number; exposureDays: number };
  /** What runs of evals need, and what they may use. */
  evals: {
    datasetsDir: string;
    reposDirs: string[];
    cacheDir: string;
    openai: {
      apiKey?: string;
      baseUrl?: string;
      price?: { inputPerMillion: number; outputPerMillion: number };
    };
    e2b: { apiKey?: string; apiUrl?: string; domain?: string };
  };
  /** Where documentation may be taken from: folders that calls may name, and the registry of packages. */
  knowledge: {
    docDirs: string[];
    modulesDirs: string[];
    registryUrl: string;
    /** What of the documentation may be in memory. */
    mostSegmentBytes: number;
  };
  /** Where texts become vectors; search is lexical when absent. */
  embeddings: EmbeddingsEndpoint | undefined;
  /** Where vectors are kept; the database when absent. */
  pinecone: PineconeIndex | undefined;
  databaseUrl: string | undefined;
  /** For LISTEN; the same as `databaseUrl` unless that leads to a pooler. */
  databaseDirectUrl: string | undefined;
  /** The cache that machines share; each has its own memory when absent. */
  sharedCache: { url: string; token: string } | undefined;
  /** Where calls to addresses that users name may lead: places beyond the public internet, and ports there. */
  outbound: { allow: string[]; ports: number[] };
  /** Jobs of all kinds at once in this process; what fits the database when absent. */
  jobWorkers: number | undefined;
  /** Delivers jobs, to the public URL; absent where the process fetches its own. */
  qstash: (QStash & { publicUrl: string }) | undefined;
  /** A migrated data directory to start new ones from; made by the build. */
  templateFile: string;
  /** The built dashboard beside this server. */
  dashboardDir: string;
  /** The built MCP server beside this one, for the configuration to paste. */
  mcpServerFile: string;
}

export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Reads the environment; throws a `ConfigError` that names every bad variable and what it expects, but no value. */
export function readConfig(env: Record<string, string | undefined>): Config {
  // A variable that is set to nothing is one that is not set: that is how CI and compose files leave things out.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = Environment.safeParse(given);
  const halves = pairs.filter(([a, b]) => (given[a] === undefined) !== (given[b] === undefined));
  if (!result.success || halves.length > 0) {
    const bad = result.error?.issues.map(({ path }) => String(path[0])) ?? [];
    const absent = halves.map(([a, b]) => (given[a] === undefined ? a : b));
    const names = [...new Set([...bad, ...absent])];
    throw expected(names as (keyof typeof expectations)[]);
  }
  const known = result.data;
  return {
    port: known.PORT,
    host: known.HOST,
    dataDir: resolve(known.WHETSTONE_DATA_DIR),
    adminKey: known.WHETSTONE_ADMIN_KEY,
    seed: known.WHETSTONE_SEED,
    publicUrl: known.WHETSTONE_PUBLIC_URL,
    sessionSecret: known.WHETSTONE_SESSION_SECRET,
    logLevel: known.WHETSTONE_LOG_LEVEL,
    keep: { usageDays: known.WHETSTONE_USAGE_DAYS, exposureDays: known.WHETSTONE_EXPOSURE_DAYS },
    evals: {
      datasetsDir: resolve(known.WHETSTONE_DATASETS_DIR ?? datasetsPulledTo(env, known.WHETSTONE_DATA_DIR)),
      reposDirs: foldersOf(known.WHETSTONE_REPOS_DIRS),
      cacheDir: resolve(known.WHETSTONE_DATA_DIR, 'evals-cache'),
      openai: {
        ...onlyGiven('apiKey', known.OPENAI_API_KEY),
        ...onlyGiven('baseUrl', known.OPENAI_BASE_URL),
        ...priceOf(known.WHETSTONE_MODEL_PRICE),
      },
      e2b: {
        ...onlyGiven('apiKey', known.E2B_API_KEY),
        ...onlyGiven('apiUrl', known.E2B_API_URL),
        ...onlyGiven('domain', known.E2B_DOMAIN),
      },
    },
    knowledge: {
      docDirs: foldersOf(known.WHETSTONE_DOC_DIRS),
      modulesDirs: [join(checkout, 'node_modules'), join(checkout, 'cloud/node_modules')],
      registryUrl: known.WHETSTONE_NPM_REGISTRY,
      mostSegmentBytes: eighthOfMemory(),
    },
    embeddings: embeddingsOf(known),
    pinecone:
      known.PINECONE_API_KEY && known.PINECONE_INDEX
        ? {
            apiKey: known.PINECONE_API_KEY,
            index: known.PINECONE_INDEX,
            ...onlyGiven('controllerUrl', known.PINECONE_CONTROLLER_HOST),
          }
        : undefined,
    databaseUrl: known.DATABASE_URL,
    databaseDirectUrl: known.DATABASE_URL === undefined ? undefined : (known.DATABASE_DIRECT_URL ?? known.DATABASE_URL),
    sharedCache:
      known.UPSTASH_REDIS_REST_URL && known.UPSTASH_REDIS_REST_TOKEN
        ? { url: known.UPSTASH_REDIS_REST_URL, token: known.UPSTASH_REDIS_REST_TOKEN }
        : undefined,
    outbound: {
      allow: known.WHETSTONE_OUTBOUND_ALLOW,
      ports: known.WHETSTONE_OUTBOUND_PORTS.length > 0 ? known.WHETSTONE_OUTBOUND_PORTS.map(Number) : [80, 443],
    },
    jobWorkers: known.WHETSTONE_JOB_WORKERS,
    qstash: qstashOf(known),
    templateFile: resolve(checkout, 'cloud/dist/pglite-template.tgz'),
    dashboardDir: resolve(checkout, 'cloud/dist/dashboard'),
    mcpServerFile: resolve(checkout, 'mcp-server/dist/whetstone-mcp.js'),
  };
}

/** Of what the machine or the container has, and no more than a process of Node holds without being told to. */
const eighthOfMemory = () =>
  Math.min(2 ** 30, Math.floor(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 8));

const foldersOf = (text = '') =>
  text
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder));

const onlyGiven = <Name extends string>(name: Name, value: string | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: string };

function priceOf(text: string | undefined) {
  if (text === undefined) return {};
  const [inputPerMillion, outputPerMillion] = text.split('/').map(Number);
  return { price: { inputPerMillion: inputPerMillion!, outputPerMillion: outputPerMillion! } };
}

/** Where `whetstone-evals datasets pull` of the same person puts them. */
function datasetsPulledTo(env: Record<string, string | undefined>, dataDir: string): string {
  const cache = env['WHETSTONE_CACHE_DIR']
    ? resolve(env['WHETSTONE_CACHE_DIR'])
    : env['XDG_CACHE_HOME']
      ? resolve(env['XDG_CACHE_HOME'], 'whetstone')
      : env['HOME'] && resolve(env['HOME'], '.cache/whetstone');
  return cache ? resolve(cache, 'evals/datasets') : resolve(dataDir, 'datasets');
}

const expected = (names: readonly (keyof typeof expectations)[]) =>
  new ConfigError(names.map((name) => `${name}: expected ${expectations[name]}`).join('\n'));

/** All of QStash or nothing of it. An address alone changes nothing: it is what one may leave out. */
function qstashOf(known: z.infer<typeof Environment>): Config['qstash'] {
  const { QSTASH_TOKEN: token, WHETSTONE_PUBLIC_URL: publicUrl } = known;
  const { QSTASH_CURRENT_SIGNING_KEY: currentSigningKey, QSTASH_NEXT_SIGNING_KEY: nextSigningKey } = known;
  if (token === undefined && currentSigningKey === undefined && nextSigningKey === undefined) return undefined;
  if (token === undefined) throw expected(['QSTASH_TOKEN']);
  if (currentSigningKey === undefined) throw expected(['QSTASH_CURRENT_SIGNING_KEY']);
  if (nextSigningKey === undefined) throw expected(['QSTASH_NEXT_SIGNING_KEY']);
  if (publicUrl === undefined) throw expected(['WHETSTONE_PUBLIC_URL']);
  const url = known.QSTASH_URL ?? 'https://qstash.upstash.io';
  return { url, token, currentSigningKey, nextSigningKey, publicUrl };
}

const openAiUrl = 'https://api.openai.com/v1';

/** The endpoint of models in runs unless there is one of its own; a key goes to no other place than the one it was given for. */
function embeddingsOf(known: z.infer<typeof Environment>): Config['embeddings'] {
  const { EMBEDDINGS_MODEL: model = 'text-embedding-3-small', EMBEDDINGS_DIMENSIONS: given } = known;
  if (model === 'none') return undefined;
  const baseUrl = known.EMBEDDINGS_BASE_URL ?? known.OPENAI_BASE_URL;
  const isGiven = baseUrl ?? known.EMBEDDINGS_API_KEY ?? known.OPENAI_API_KEY;
  if (isGiven === undefined && known.EMBEDDINGS_MODEL) throw expected(['EMBEDDINGS_MODEL']);
  if (isGiven === undefined) return undefined;
  const dimensions = given ?? dimensionsOf(model);
  if (dimensions === undefined) throw expected(['EMBEDDINGS_DIMENSIONS']);
  const url = new URL(baseUrl ?? openAiUrl);
  const isOfModels = url.origin === new URL(known.OPENAI_BASE_URL ?? openAiUrl).origin;
  const apiKey = known.EMBEDDINGS_API_KEY ?? (isOfModels ? known.OPENAI_API_KEY : undefined);
  return { baseUrl: url.href, ...onlyGiven('apiKey', apiKey), model, dimensions };
}
