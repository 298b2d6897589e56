import type { PackageJson } from './npm-manifest.ts';

/** Where the pages of one version are read. */
export type UrlOf = (path: string) => string;

/**
 * On GitHub at the version's tag where the repository is one package, since it shows Markdown as people read it. In a repository
 * of many, nobody can tell what its tags are called, and built files are in none: those are read where the files of packages are
 * served one by one.
 */
export function packageUrls({ name, version, repository }: PackageJson): UrlOf {
  const repo = repository?.directory === undefined ? githubRepo(repository?.url) : undefined;
  return (path) => {
    if (repo && !isBuilt(path)) return `https://github.com/${repo}/blob/v${version}/${encoded(path)}`;
    if (/^readme\.\w+$/i.test(path)) return `https://www.npmjs.com/package/${name}/v/${version}`;
    return `https://unpkg.com/${name}@${version}/${encoded(path)}`;
  };
}

export const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

function githubRepo(url = ''): string | undefined {
  const [, owner, name] =
    /^(?:github:|(?:git\+)?(?:https?|ssh|git):\/\/(?:[^@/]+@)?github\.com\/|git@github\.com:)?([\w-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(
      url,
    ) ?? [];
  return owner === undefined ? undefined : `${owner}/${name}`;
}

const isBuilt = (path: string) => /^(?:dist|lib|build|out|esm|cjs|es|umd)\//.test(path) || /\.d\.[mc]?ts$/.test(path);
