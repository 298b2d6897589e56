import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { chooseProxy } from '../../offline/transport/proxy.ts';
import type { Surroundings } from '../../surroundings.ts';
import type { Finding } from './check.ts';

/** Which proxy stands between us and the server. */
export function lookAtProxy(url: string, { httpsProxy, httpProxy, noProxy }: Surroundings): Finding {
  if (!URL.canParse(url)) return { verdict: 'ok', value: 'no address to reach' };
  const { protocol, hostname } = new URL(url);
  const [name, setting] = protocol === 'https:' ? ['HTTPS_PROXY', httpsProxy] : ['HTTP_PROXY', httpProxy];
  if (!setting) return { verdict: 'ok', value: `none for ${protocol}//` };
  const choice = chooseProxy(url, { HTTPS_PROXY: httpsProxy, HTTP_PROXY: httpProxy, NO_PROXY: noProxy });
  if (choice.kind === 'direct') return { verdict: 'ok', value: `${name} is set; ${hostname} is asked without it` };
  if (choice.kind === 'proxy') return { verdict: 'ok', value: `${name}=${choice.proxy.url}` };
  return { verdict: 'fail', value: `${name} is no address`, fix: choice.problem };
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
