import { WhetstoneError } from '@whetstone/shared/errors';
import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.ts';
import type { AllowedPlaces } from './allowed-places.ts';
import type { Resolve } from './outbound.ts';

export interface Rules {
  allowed: AllowedPlaces;
  /** Where others than allowed places may be called. */
  ports: readonly number[];
  resolve: Resolve;
}

/** The address as a URL that may be called as far as can be told without asking for its host. */
export function destinationOf(text: string, { allowed, ports }: Pick<Rules, 'allowed' | 'ports'>): URL {
  if (!URL.canParse(text)) throw refused('it is not a URL');
  // Numbers in decimal, octal and hex, and digits of other scripts, are an address in four parts from here on.
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('only http and https are called');
  if (url.username !== '' || url.password !== '') throw refused('it holds a user name or a password; leave them away');
  const isAllowed = allowed.hasHost(hostOf(url)) || allowed.hasAddress(hostOf(url));
  if (!isAllowed && !ports.includes(portOf(url))) {
    throw refused(`port ${portOf(url)} is not called, only ${ports.join(' and ')} are`);
  }
  return url;
}

/** Where to connect for a host: addresses of which every one may be called. None may be another's. */
export async function addressesOf(host: string, { allowed, resolve }: Rules): Promise<string[]> {
  const addresses = isIP(host) === 0 ? await resolved(host, resolve) : [host];
  if (allowed.hasHost(host)) return addresses;
  // A name that leads here and there would be a matter of luck.
  if (addresses.every((address) => isPublicAddress(address) || allowed.hasAddress(address))) return addresses;
  throw refused(`"${host}" does not lead to the public internet`);
}

/** Without the brackets of IPv6 and the dot that ends a name. */
export const hostOf = ({ hostname }: Pick<URL, 'hostname'>) => hostname.replace(/^\[(.*)\]$|\.$/, '$1');

const portOf = ({ port, protocol }: URL) => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

async function resolved(host: string, resolve: Resolve): Promise<string[]> {
  let addresses: string[];
  try {
    addresses = await resolve(host);
  } catch (error) {
    throw new WhetstoneError('unavailable', `the name "${host}" is not known`, { cause: error });
  }
  if (addresses.length === 0) throw new WhetstoneError('unavailable', `the name "${host}" has no address`);
  return addresses;
}

const refused = (why: string) => new WhetstoneError('forbidden', `this address is not called: ${why}`);
