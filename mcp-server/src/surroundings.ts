import type { Environment } from './config.ts';

/** What beyond Whetstone's own settings changes how this process behaves. */
export interface Surroundings {
  httpsProxy: string | undefined;
  httpProxy: string | undefined;
  noProxy: string | undefined;
  /** NODE_EXTRA_CA_CERTS: certificates that are trusted besides Node's own. */
  extraCaFile: string | undefined;
  /** NODE_TLS_REJECT_UNAUTHORIZED=0: anybody may pose as the server. */
  trustsAnyCertificate: boolean;
  noColor: boolean;
  /** Names that begin with WHETSTONE_, as they are set. */
  whetstoneVariables: string[];
}

export function readSurroundings(env: Environment): Surroundings {
  // Both cases are in use, the lower one for longer.
  const either = (name: string) => env[name.toLowerCase()]?.trim() || env[name]?.trim() || undefined;
  return {
    httpsProxy: either('HTTPS_PROXY'),
    httpProxy: either('HTTP_PROXY'),
    noProxy: either('NO_PROXY'),
    extraCaFile: env.NODE_EXTRA_CA_CERTS || undefined,
    trustsAnyCertificate: env.NODE_TLS_REJECT_UNAUTHORIZED === '0',
    // https://no-color.org: present and not empty, whatever its value.
    noColor: (env.NO_COLOR ?? '') !== '',
    whetstoneVariables: Object.keys(env).filter((name) => name.startsWith('WHETSTONE_') && env[name] !== undefined),
  };
}
