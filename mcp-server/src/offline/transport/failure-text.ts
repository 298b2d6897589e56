import { maxBodyBytes } from './transport.ts';

/** Why a request to `url` came to nothing, and the fix, in a sentence. */
export function failureText(error: unknown, url: string) {
  const { code, proxy } = partsOf(error);
  if (proxy !== undefined) return `The proxy ${proxy} ${proxyFailure(code, url)}`;
  return `${url} ${failure(code)}`;
}

function failure(code: string) {
  if (isTimeout(code)) return 'did not answer in time; start it, or check WHETSTONE_URL and the network.';
  if (code === 'ECONNREFUSED') return 'refuses connections; start it, or check WHETSTONE_URL.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'has no address in DNS; check WHETSTONE_URL and the network, or set HTTPS_PROXY if one is needed.';
  }
  if (code === 'TOO_LARGE') {
    return `answers more than ${maxBodyBytes / 1024 / 1024} MiB; check that WHETSTONE_URL is a Whetstone server.`;
  }
  if (code.startsWith('Z_')) {
    return `answers what cannot be unpacked (${code}); check that WHETSTONE_URL is a Whetstone server, and what is between.`;
  }
  return certificateFailure(code) ?? `cannot be reached (${code}); start it, or check WHETSTONE_URL.`;
}

/** Node's words for what is wrong with a certificate: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function certificateFailure(code: string) {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `has a certificate that is not valid today (${code}); renew it there, or set this machine's clock.`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'has a certificate for another host name; set WHETSTONE_URL to the name in it.';
  }
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED/.test(code)) {
    return `has a certificate that this machine does not trust (${code}); set NODE_EXTRA_CA_CERTS to the PEM file of the authority that issued it and restart.`;
  }
  if (code.startsWith('CERT_')) return `has a certificate that cannot be accepted (${code}); renew it there.`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return `does not speak TLS as expected (${code}); check whether WHETSTONE_URL is to begin with http:// or https://.`;
  }
  return undefined;
}

function proxyFailure(code: string, url: string) {
  if (code === 'PROXY_407') {
    return 'wants a user name and password; set HTTPS_PROXY to http://user:password@host:port and restart.';
  }
  if (code.startsWith('PROXY_')) {
    return `does not connect to ${url} (HTTP ${code.slice(6)}); let it, or name the host in NO_PROXY.`;
  }
  const why = isTimeout(code) ? 'did not answer in time' : `cannot be reached (${code})`;
  return `${why}; correct HTTPS_PROXY or HTTP_PROXY, or name the host of ${url} in NO_PROXY.`;
}

const isTimeout = (code: string) => code === 'ETIMEDOUT' || code === 'TimeoutError' || code === 'AbortError';

/** fetch hides the code in the cause. */
function partsOf(error: unknown): { code: string; proxy: string | undefined } {
  if (!(error instanceof Error)) return { code: 'unknown error', proxy: undefined };
  const { code, proxy } = error as { code?: unknown; proxy?: string };
  if (typeof code === 'string') return { code, proxy };
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return { code: error.name, proxy };
  const { code: inner } = (error.cause ?? {}) as { code?: unknown };
  return { code: typeof inner === 'string' ? inner : error.message, proxy };
}
