import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no certificate can be made here. */
export const noCertificates = spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not here';

/** An authority that nobody knows, as companies have them, and a certificate of it for one host. */
export function makePrivateAuthority(host: string) {
  const directory = mkdtempSync(join(tmpdir(), 'whetstone-ca-'));
  const at = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test CA');
  openssl('req', ...newKey, '-keyout', 'host.key', '-out', 'host.csr', '-subj', `/CN=${host}`);
  writeFileSync(at('host.ext'), `subjectAltName=DNS:${host}`);
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'host.ext'];
  openssl('x509', '-req', '-in', 'host.csr', '-out', 'host.pem', ...signing);
  return {
    caFile: at('ca.pem'),
    cert: readFileSync(at('host.pem'), 'utf8'),
    key: readFileSync(at('host.key'), 'utf8'),
  };
}
