import ipaddr from 'ipaddr.js';

export interface AllowedPlaces {
  /** A host that is named, wherever it leads. */
  hasHost(host: string): boolean;
  /** An address that is named, or lies in a network that is. */
  hasAddress(address: string): boolean;
}

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** A host, an address or a network such as `10.1.0.0/16`. */
export const isPlace = (text: string) =>
  ipaddr.isValidCIDR(text) ||
  ipaddr.IPv4.isValidFourPartDecimal(text) ||
  ipaddr.IPv6.isValid(text) ||
  // Of digits and dots alone it would be a mistyped address.
  (hostName.test(text) && !/^[\d.]+$/.test(text));

/** What whoever runs the server trusts beyond the public internet, at every port. */
export function allowedPlaces(places: readonly string[]): AllowedPlaces {
  const networks = places.filter((place) => ipaddr.isValidCIDR(place)).map((place) => ipaddr.parseCIDR(place));
  const addresses = places.filter((place) => ipaddr.isValid(place)).map((place) => ipaddr.parse(place).toString());
  const hosts = new Set(places.map((place) => place.toLowerCase()));
  return {
    hasHost: (host) => hosts.has(host),
    hasAddress(text) {
      if (!ipaddr.isValid(text)) return false;
      const address = ipaddr.parse(text);
      return (
        addresses.includes(address.toString()) ||
        networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
      );
    },
  };
}
