/** What somebody calls a library, taken apart. */
export interface NamedLibrary {
  library: string;
  version: string | undefined;
}

/**
 * Models write `/facebook/react/v19.0.0` as Context7 has it, `react@19`, `npm:react` and `@scope/name@1.2`. A version that is
 * told apart from the name goes before one in it.
 */
export function readLibrary(text: string, told?: string): NamedLibrary {
  const plain = text.trim().replace(/^(?:npm|pypi|pip):/i, '');
  const [, project, tag] = /^\/[^/]+\/([^/]+)(?:\/(.+))?$/.exec(plain) ?? [];
  if (project !== undefined) return { library: project, version: told ?? withoutV(tag) };
  const [, name = plain, version] = /^((?:@[^/@]+\/)?[^/@]+)@(.+)$/.exec(plain) ?? [];
  return { library: name, version: told ?? withoutV(version) };
}

const withoutV = (version: string | undefined) => version?.replace(/^v(?=\d)/, '');

/** What people call them, and what their packages are called. */
const packagesOf: Readonly<Record<string, string>> = {
  angular: '@angular/core',
  drizzle: 'drizzle-orm',
  'next.js': 'next',
  nextjs: 'next',
  tailwind: 'tailwindcss',
  'vue.js': 'vue',
};

/** Names under which a library may stand in a lockfile. */
export function packageNames(library: string): string[] {
  const plain = library.toLowerCase();
  const short = plain.replace(/\.js$/, '');
  return [...new Set([library, plain, packagesOf[plain] ?? short, packagesOf[short] ?? short])];
}
