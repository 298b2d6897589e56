import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { invalidField } from '@whetstone/shared/errors';

export interface Config {
  /** Data sets lie in it as `<name>/<publisher's file name>`. */
  datasetsDir: string;
  /** Generations that were paid for once; may be deleted at any time. */
  cacheDir: string;
  openai: { apiKey?: string; baseUrl?: string };
  e2b: { apiKey?: string; apiUrl?: string; domain?: string };
  /** A running Whetstone: WHETSTONE_URL, WHETSTONE_API_KEY. */
  cloud: { url?: string; apiKey?: string };
  /** GITHUB_STEP_SUMMARY: where a GitHub workflow reads Markdown to show. */
  stepSummaryFile?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The only reader of the environment. A bad value stops the start with the variable's name. */
export function configFromEnvironment(env: Environment = process.env): Config {
  const cacheDir = resolve(
    env['WHETSTONE_CACHE_DIR'] || join(env['XDG_CACHE_HOME'] || join(homeOf(env), '.cache'), 'whetstone'),
    'evals',
  );
  const baseUrl = urlOf(env, 'OPENAI_BASE_URL');
  const apiUrl = urlOf(env, 'E2B_API_URL');
  const url = urlOf(env, 'WHETSTONE_URL');
  return {
    datasetsDir: resolve(env['WHETSTONE_DATASETS_DIR'] || join(cacheDir, 'datasets')),
    cacheDir,
    openai: { ...given('apiKey', env['OPENAI_API_KEY']), ...given('baseUrl', baseUrl) },
    e2b: { ...given('apiKey', env['E2B_API_KEY']), ...given('apiUrl', apiUrl), ...given('domain', env['E2B_DOMAIN']) },
    cloud: { ...given('url', url), ...given('apiKey', env['WHETSTONE_API_KEY']) },
    ...given('stepSummaryFile', env['GITHUB_STEP_SUMMARY']),
  };
}

/** What programs of the person's own (git, an agent) are started with: everything, PATH and their keys included. */
export const ambientEnvironment = (): Environment => process.env;

/** A user without an entry in the password file, as containers have them, has a home only by HOME. */
function homeOf(env: Environment): string {
  try {
    return env['HOME'] || homedir();
  } catch {
    throw invalidField('WHETSTONE_CACHE_DIR', 'this user has no home folder: set it, or HOME');
  }
}

const given = <Name extends string>(name: Name, value: string | undefined) =>
  (value ? { [name]: value } : {}) as { [Key in Name]?: string };

function urlOf(env: Environment, name: string): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw invalidField(name, `expected an http or https URL, got ${JSON.stringify(text)}`);
  return text;
}
