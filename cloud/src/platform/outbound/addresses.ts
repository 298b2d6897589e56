import ipaddr from 'ipaddr.js';

/** Everything else of IPv6 is special or not given out; what carries an IPv4 address inside lies in there, too. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** Azure's metadata service, at an address that looks like any other. */
const wireServer = '168.63.129.16';

/**
 * Whether an address is one of the public internet. Not so: this machine and its networks, addresses kept for something by
 * the registries of RFC 6890, and every form of IPv6 that stands for an IPv4 address (mapped, compatible, 6to4, Teredo,
 * NAT64), since what it reaches depends on the network. What is no address at all is not public either.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast' || address.toString() === wireServer) return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
}
