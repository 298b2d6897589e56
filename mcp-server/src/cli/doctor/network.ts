import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Surroundings } from '../../surroundings.ts';
import type { Finding } from './check.ts';

/** Which proxy stands between us and the server. */
export function lookAtProxy(url: string, { httpsProxy, httpProxy, noProxy }: Surroundings): Finding {
  if (!URL.canParse(url)) return { verdict: 'ok', value: 'no address to reach' };
  const { protocol, hostname, port } = new URL(url);
  const [name, proxy] = protocol === 'https:' ? ['HTTPS_PROXY', httpsProxy] : ['HTTP_PROXY', httpProxy];
  if (!proxy) return { verdict: 'ok', value: `none for ${protocol}//` };
  if (isExempt(hostname, port || (protocol === 'https:' ? '443' : '80'), noProxy)) {
    return { verdict: 'ok', value: `${name} is set; NO_PROXY exempts ${hostname}` };
  }
  const value = `${name}=${withoutCredentials(proxy)}`;
  if (!/^https?:\/\//.test(proxy) || !URL.canParse(proxy)) {
    return { verdict: 'fail', value, detail: 'That is no address.', fix: `Write ${name} as http://host:port.` };
  }
  if (/^(localhost|127\.|\[::1\])/.test(hostname)) {
    const fix = `Add ${hostname} to NO_PROXY: a proxy cannot reach what runs on this machine.`;
    return { verdict: 'warn', value, detail: `${hostname} is asked through the proxy.`, fix };
  }
  return { verdict: 'ok', value };
}

/** As undici and curl read it: names with their subdomains, a leading dot or star allowed, a port if given, `*` for all. */
function isExempt(hostname: string, port: string, noProxy = '') {
  return noProxy
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', wantedPort] = /^\*?\.?(.+?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (wantedPort && wantedPort !== port) return false;
      return hostname === name || hostname.endsWith(`.${name}`);
    });
}

function withoutCredentials(address: string) {
  return address.replace(/\/\/[^/@]*@/, '//…@');
}

/** Whom TLS trusts besides Node's own list. */
export async function lookAtCertificates({ extraCaFile, trustsAnyCertificate }: Surroundings): Promise<Finding> {
  if (trustsAnyCertificate) {
    return {
      verdict: 'warn',
      value: 'NODE_TLS_REJECT_UNAUTHORIZED=0',
      detail: 'Anybody between you and the server can read the key.',
      fix: 'Unset it and set NODE_EXTRA_CA_CERTS to the certificate of your authority instead.',
    };
  }
  if (!extraCaFile) return { verdict: 'ok', value: 'those that Node trusts' };
  const value = `NODE_EXTRA_CA_CERTS=${extraCaFile}`;
  try {
    const blocks = (await readFile(extraCaFile, 'utf8')).match(
      /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g,
    );
    const certificates = (blocks ?? []).map((block) => new X509Certificate(block));
    if (certificates.length > 0) return { verdict: 'ok', value, detail: `${certificates.length} more` };
  } catch {
    // Missing, unreadable and not a certificate are mended alike.
  }
  const fix = 'Name a readable PEM file; Node ignores it otherwise, with no more than a warning on stderr.';
  return { verdict: 'fail', value, detail: 'No certificate can be read from it.', fix };
}
