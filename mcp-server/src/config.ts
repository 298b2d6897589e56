import { homedir, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { parseApiKey } from '@whetstone/shared/keys';
import { chooseProxy, type Proxy, type ProxyChoice } from './offline/transport/proxy.ts';
import { defaultCacheDir, defaultStateDir } from './state-dir.ts';
import { readSurroundings } from './surroundings.ts';

/** The server and the key that answers come from; together they also name the part of the state directory that is ours. */
export interface Origin {
  url: string;
  apiKey: string;
  /** The public part of the key. */
  selector: string;
}

export interface Config {
  /** As configured, for display. */
  url: string;
  /** Absent when no answer could ever come: bad address, no key, broken key. */
  origin: Origin | undefined;
  /** Why the cloud is not asked, with the variable and the fix; always there when `origin` is not. */
  obstacle: string | undefined;
  /** Each of them apart, for `doctor`. */
  obstacles: Obstacles;
  /** What HTTPS_PROXY, HTTP_PROXY and NO_PROXY say about that server. */
  proxy: Proxy | undefined;
  stateDir: string;
  cacheDir: string;
  /** Path of a JSON file `{flags: {key: value}}`. */
  defaultsFile: string | undefined;
  /** Whether the cloud is told which variants were served; DO_NOT_TRACK says no. */
  tracksExposures: boolean;
  /** Of WHETSTONE_TOOLSETS: what is served beside the tools that are always there. */
  toolsets: ReadonlySet<Toolset>;
  unknownToolsets: readonly string[];
}

export type Toolset = 'admin';

export interface Obstacles {
  url?: string;
  key?: string;
  offline?: string;
}

export type Environment = Record<string, string | undefined>;

/** The machine's part of the configuration; injected so that every platform can be tested on one. */
export interface Machine {
  platform: NodeJS.Platform;
  homeDir: string;
}

/** The only reader of the environment. A wrong value never throws: a server that died would answer nothing at all. */
export const configFromEnvironment = (over: Environment = {}): Config =>
  readConfig({ ...process.env, ...over }, { platform: process.platform, homeDir: homeDirectory() });

/** What else around us matters; for people who look into trouble, never on the way to an answer. */
export const surroundingsFromEnvironment = () => readSurroundings(process.env);

/** How much of what a person changed is told. */
export type CaptureLevel = 'off' | 'counts' | 'patterns' | 'full';

/** What matters to hooks, and to what they note; apart from the rest, which no session needs it for. */
export function captureFromEnvironment(over: Environment = {}) {
  const env = { ...process.env, ...over };
  const word = env.WHETSTONE_CAPTURE?.trim().toLowerCase() ?? '';
  const levels: readonly CaptureLevel[] = ['off', 'counts', 'patterns', 'full'];
  const home = homeDirectory();
  return {
    /** Absent where nothing is said; a word that means nothing means `off`. */
    level: word === '' ? undefined : (levels.find((level) => level === word) ?? 'off'),
    isUnknown: word !== '' && !levels.some((level) => level === word),
    claudeDir: env.CLAUDE_CONFIG_DIR?.trim() || resolve(home, '.claude'),
    cursorDir: resolve(home, '.cursor'),
  };
}

/** For a child process that is to see what we see. */
export const environmentWith = (over: Environment): Environment => ({ ...process.env, ...over });

/**
 * Both throw for a user whom the machine does not know by name, as in a container, and an empty HOME would mean whatever
 * folder we were started in. The root can rarely be written, which is then said like of any such directory.
 */
function homeDirectory() {
  try {
    return homedir() || userInfo().homedir || '/';
  } catch {
    return '/';
  }
}

/** Where the state lies, apart from the rest: a hook needs no more. */
export function stateDirFromEnvironment(over: Environment = {}): string {
  const env = { ...process.env, ...over };
  return stateDirIn(env, { platform: process.platform, homeDir: homeDirectory() });
}

function stateDirIn(env: Environment, machine: Machine) {
  const stateDir = env.WHETSTONE_STATE_DIR?.trim();
  return stateDir ? resolve(stateDir) : defaultStateDir(env, machine);
}

/** Apart from the rest: it is wanted before the rest is loaded. */
export const cacheDirFromEnvironment = (over: Environment = {}): string =>
  cacheDirIn({ ...process.env, ...over }, { platform: process.platform, homeDir: homeDirectory() });

function cacheDirIn(env: Environment, machine: Machine) {
  const cacheDir = env.WHETSTONE_CACHE_DIR?.trim();
  return cacheDir ? resolve(cacheDir) : defaultCacheDir(env, machine);
}

export function readConfig(env: Environment, machine: Machine): Config {
  const text = env.WHETSTONE_URL?.trim() || 'http://127.0.0.1:8787';
  const url = parseUrl(text);
  const key = parseKey(env.WHETSTONE_API_KEY?.trim());
  const obstacles = obstaclesOf(url, key, env);
  const route: ProxyChoice = url ? chooseProxy(url, env) : { kind: 'direct' };
  return {
    url: url ?? withoutCredentials(text),
    origin: url && 'selector' in key ? { url, ...key } : undefined,
    obstacle:
      obstacles.url ?? obstacles.key ?? obstacles.offline ?? (route.kind === 'refused' ? route.problem : undefined),
    obstacles,
    proxy: route.kind === 'proxy' ? route.proxy : undefined,
    stateDir: stateDirIn(env, machine),
    cacheDir: cacheDirIn(env, machine),
    defaultsFile: env.WHETSTONE_DEFAULTS?.trim() || undefined,
    tracksExposures: !isOn(env.DO_NOT_TRACK),
    ...toolsetsIn(env.WHETSTONE_TOOLSETS),
  };
}

type Key = { apiKey: string; selector: string } | { problem: string };

function obstaclesOf(url: string | undefined, key: Key, env: Environment): Obstacles {
  return {
    ...(!url && {
      url: 'WHETSTONE_URL is not an http or https address such as http://127.0.0.1:8787; correct it and restart.',
    }),
    ...('problem' in key && { key: key.problem }),
    ...(isOn(env.WHETSTONE_OFFLINE) && {
      offline: 'WHETSTONE_OFFLINE is set, so the cloud is not asked; unset it to go online.',
    }),
  };
}

function parseKey(text: string | undefined): Key {
  if (!text) {
    return { problem: 'WHETSTONE_API_KEY is not set; set it to an agent key (`npm start` of the server names one).' };
  }
  const key = parseApiKey(text);
  if (key) return { apiKey: text, selector: key.selector };
  return { problem: 'WHETSTONE_API_KEY is not a whole key (its form or checksum is wrong); copy it again, all of it.' };
}

/** The address without a trailing slash, query or fragment. A user name in it is refused: fetch would not send it. */
function parseUrl(text: string) {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, origin, pathname } = new URL(text);
  if (!/^https?:$/.test(protocol) || username || password) return undefined;
  return origin + pathname.replace(/\/+$/, '');
}

const withoutCredentials = (text: string) => text.replace(/\/\/[^/@]*@/, '//');

function toolsetsIn(text = ''): Pick<Config, 'toolsets' | 'unknownToolsets'> {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  const isKnown = (name: string): name is Toolset => name === 'admin';
  return { toolsets: new Set(names.filter(isKnown)), unknownToolsets: names.filter((name) => !isKnown(name)) };
}

const isOn = (text: string | undefined) => /^(1|true|yes|on)$/i.test(text?.trim() ?? '');
