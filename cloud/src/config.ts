import { longestUsageDays } from '@whetstone/shared/contract';
import { parseApiKey } from '@whetstone/shared/keys';
import { resolve } from 'node:path';
import { z } from 'zod';

const checkout = resolve(import.meta.dirname, '../..');

const postgresUrl = () =>
  z.string().refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol));

const keptDays = (usual: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .refine((days) => days <= longestUsageDays)
    .default(usual);

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
  WHETSTONE_PUBLIC_URL: z
    .string()
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    .optional(),
  WHETSTONE_SESSION_SECRET: z.string().min(32).optional(),
  WHETSTONE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
  WHETSTONE_USAGE_DAYS: keptDays(400),
  WHETSTONE_EXPOSURE_DAYS: keptDays(90),
  DATABASE_URL: postgresUrl().optional(),
  DATABASE_DIRECT_URL: postgresUrl().optional(),
});

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
  DATABASE_URL: 'a PostgreSQL URL, such as postgres://user:password@host:5432/database',
  DATABASE_DIRECT_URL: 'a PostgreSQL URL that goes past any pooler, for LISTEN',
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
  databaseUrl: string | undefined;
  /** For LISTEN; the same as `databaseUrl` unless that leads to a pooler. */
  databaseDirectUrl: string | undefined;
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
  if (!result.success) {
    const names = [...new Set(result.error.issues.map(({ path }) => String(path[0])))];
    throw new ConfigError(
      names.map((name) => `${name}: expected ${expectations[name as keyof typeof expectations]}`).join('\n'),
    );
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
    databaseUrl: known.DATABASE_URL,
    databaseDirectUrl: known.DATABASE_URL === undefined ? undefined : (known.DATABASE_DIRECT_URL ?? known.DATABASE_URL),
    templateFile: resolve(checkout, 'cloud/dist/pglite-template.tgz'),
    dashboardDir: resolve(checkout, 'cloud/dist/dashboard'),
    mcpServerFile: resolve(checkout, 'mcp-server/dist/whetstone-mcp.js'),
  };
}
