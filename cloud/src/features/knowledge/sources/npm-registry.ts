import { WhetstoneError } from '@whetstone/shared/errors';
import { chooseVersion } from '@whetstone/shared/knowledge';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { askFor, type Asking } from './archive-fetch.ts';
import type { Taking } from './source.ts';

interface Registry {
  outbound: Asking['outbound'];
  /** Without a slash at its end. */
  registryUrl: string;
  taking: Pick<Taking, 'version' | 'limits' | 'signal'>;
}

const tarball = z.url();
const Published = z.object({
  version: z.string(),
  dist: z.object({ tarball, integrity: z.string().optional() }),
});
type Published = z.infer<typeof Published>;

const Packument = z.object({
  'dist-tags': z.record(z.string(), z.string()).default({}),
  versions: z.record(z.string(), z.unknown()),
});

/** Thousands of versions, each with its dependencies. */
const packumentBytes = 50 * 2 ** 20;

/** Exactly one version, in the grammar of semver. */
export const isExact = (version: string) => /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version);

/** What the registry says of the version that is asked for: exact, a range, or a tag such as `latest`. */
export async function publishedVersion(name: string, registry: Registry): Promise<Published> {
  const { version } = registry.taking;
  const known = isExact(version)
    ? await askRegistry(`${name} ${version}`, `/${escaped(name)}/${version}`, registry)
    : undefined;
  if (known !== undefined) return parsed(Published, known, registry);

  const all = await askRegistry(name, `/${escaped(name)}`, registry);
  if (all === undefined) throw new WhetstoneError('not_found', `${hostOf(registry)} has no package called ${name}`);
  const { 'dist-tags': tags, versions } = parsed(Packument, all, registry);
  const wanted = (Object.hasOwn(tags, version) && tags[version]) || version;
  const { answered, isAsked } = chooseVersion(wanted, Object.keys(versions));
  if (answered === undefined || !isAsked) {
    const nearest = answered === undefined ? '' : `; the nearest is ${answered}`;
    throw new WhetstoneError('not_found', `${hostOf(registry)} has no version ${version} of ${name}${nearest}`);
  }
  return parsed(Published, versions[answered], registry);
}

/** The packed bytes, which are those that were published: what a package says of itself is looked at no earlier. */
export async function tarballOf(name: string, { version, dist }: Published, registry: Registry): Promise<Buffer> {
  const { outbound, taking } = registry;
  const { limits, signal } = taking;
  const what = `the tarball of ${name} ${version}`;
  const expected = sha512Of(dist.integrity);
  if (expected.length === 0)
    throw new WhetstoneError(
      'unavailable',
      `${hostOf(registry)} names no sha512 of ${name} ${version}, so that nobody could tell what its tarball is`,
    );
  const asking = { outbound, what, maxBytes: limits.archiveBytes, timeoutMs: limits.requestMs, signal };
  const packed = await askFor(dist.tarball, asking);
  if (packed === undefined)
    throw new WhetstoneError(
      'not_found',
      `${new URL(dist.tarball).host} has ${what} no longer, though the registry names it`,
    );
  const actual = createHash('sha512').update(packed).digest('base64');
  if (!expected.includes(actual))
    throw new WhetstoneError(
      'unavailable',
      `${what} is not what was published: its integrity is sha512-${actual}, the registry says sha512-${expected.join(' or ')}; nothing of it is taken`,
    );
  return packed;
}

/** Of a list of hashes by several methods, as in Subresource Integrity. */
const sha512Of = (integrity = '') =>
  integrity.split(/\s+/).flatMap((one) => /^sha512-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(one)?.[1] ?? []);

async function askRegistry(what: string, path: string, { outbound, registryUrl, taking }: Registry) {
  const { limits, signal } = taking;
  return await askFor(`${registryUrl}${path}`, {
    outbound,
    what,
    headers: { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8' },
    maxBytes: packumentBytes,
    timeoutMs: limits.requestMs,
    signal,
  });
}

function parsed<T>(schema: z.ZodType<T>, answer: unknown, registry: Registry): T {
  try {
    return schema.parse(Buffer.isBuffer(answer) ? JSON.parse(answer.toString('utf8')) : answer);
  } catch (error) {
    throw new WhetstoneError('unavailable', `${hostOf(registry)} does not answer as a registry of npm packages does`, {
      cause: error,
    });
  }
}

/** A scope's slash belongs to the name. */
const escaped = (name: string) => encodeURIComponent(name).replace(/^%40/, '@');

const hostOf = ({ registryUrl }: Pick<Registry, 'registryUrl'>) => new URL(registryUrl).host;
