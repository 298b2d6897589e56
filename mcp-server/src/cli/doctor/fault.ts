interface Fault {
  value: string;
  fix: string;
}

const trustFix =
  'If a company proxy or your own authority signs it, set NODE_EXTRA_CA_CERTS to its certificate file (PEM) in the client configuration and restart.';

const proxyFix = 'Correct HTTPS_PROXY or HTTP_PROXY, or name the host in NO_PROXY.';

/** Node's error codes in words, each with what mends it. */
const faults: Record<string, Fault> = {
  TIMEOUT: {
    value: 'does not answer',
    fix: 'Check that it runs, and that no firewall or proxy swallows the connection.',
  },
  ECONNREFUSED: {
    value: 'refuses connections',
    fix: 'Start it (npm start in the checkout), or correct WHETSTONE_URL.',
  },
  ENOTFOUND: { value: 'has no address in DNS', fix: 'Correct WHETSTONE_URL, or check network and VPN.' },
  EAI_AGAIN: { value: 'cannot be looked up: DNS does not answer', fix: 'Check network and VPN.' },
  EHOSTUNREACH: { value: 'is out of reach', fix: 'Check network and VPN.' },
  ENETUNREACH: { value: 'is out of reach', fix: 'Check network and VPN.' },
  ECONNRESET: {
    value: 'hangs up',
    fix: 'Check that WHETSTONE_URL has the right port and http or https as the server speaks it.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: { value: 'shows a certificate that it signed itself', fix: trustFix },
  SELF_SIGNED_CERT_IN_CHAIN: { value: 'shows a certificate of an authority that Node does not know', fix: trustFix },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    value: 'shows a certificate of an authority that Node does not know',
    fix: trustFix,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { value: 'shows an incomplete or unknown certificate chain', fix: trustFix },
  CERT_HAS_EXPIRED: {
    value: 'shows an expired certificate',
    fix: 'Renew it on the server; if it is new, check the clock of this machine.',
  },
  CERT_NOT_YET_VALID: { value: 'shows a certificate that is not valid yet', fix: 'Check the clock of this machine.' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    value: 'shows a certificate for another name',
    fix: 'Use the name that the certificate carries in WHETSTONE_URL.',
  },
  EPROTO: {
    value: 'does not speak TLS',
    fix: 'Use http:// instead of https:// in WHETSTONE_URL, or the port that speaks TLS.',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    value: 'does not speak TLS',
    fix: 'Use http:// instead of https:// in WHETSTONE_URL, or the port that speaks TLS.',
  },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: {
    value: 'does not speak TLS',
    fix: 'Use http:// instead of https:// in WHETSTONE_URL, or the port that speaks TLS.',
  },
};

export function explainFault({ code, problem }: { code: string; problem: string }): Fault {
  const known = faults[code];
  if (code === 'PROXY') return { value: `cannot be reached through ${problem}`, fix: proxyFix };
  if (known) return known;
  return { value: `cannot be reached (${code}: ${problem})`, fix: 'Check WHETSTONE_URL, network and proxy.' };
}
