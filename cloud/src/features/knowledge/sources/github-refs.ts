import { WhetstoneError } from '@whetstone/shared/errors';

interface Asked {
  library: string;
  /** Exact, or `latest`. */
  version: string;
}

/** Which tags to try, the likeliest first. Where only the version is said, by all names that tags of versions usually have. */
export function refsFor(ref: string, { library, version }: Asked): string[] {
  if (!ref.includes('{version}')) return [ref];
  if (version === 'latest')
    throw new WhetstoneError(
      'invalid',
      `"${ref}" needs a version, and "latest" is none: name the version, or a branch as the ref`,
    );
  const plain = version.replace(/^v(?=\d)/, '');
  if (ref !== '{version}') return [ref.replaceAll('{version}', plain)];
  return [`v${plain}`, plain, `${library}@${plain}`];
}

/** The version that was asked for; of a branch or a commit its name, since that is what it is published as. */
export function versionOfRef(asked: string, { ref, version }: Pick<Asked, 'version'> & { ref: string }): string {
  if (version !== 'latest' || asked.includes('{version}')) return version;
  const name = ref.split('/').at(-1)!;
  return (
    name
      .replace(/^v(?=\d)/, '')
      .replaceAll(/[^\w.+-]/g, '-')
      .replace(/^[^\w]+/, '')
      .slice(0, 64) || 'latest'
  );
}
