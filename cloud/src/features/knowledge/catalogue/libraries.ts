import type { DocSource } from '@whetstone/shared/contract';
import type { Expected } from './coverage.ts';

export interface CatalogueEntry {
  /** As package managers call it, where they do. */
  library: string;
  title: string;
  aliases: readonly string[];
  /** The best source for a version, `latest` included. */
  sourceOf: (version: string) => DocSource;
  /** Of that source; undefined where nobody has counted. */
  expectedOf: (version: string) => Expected | undefined;
}

const npm = (name?: string): DocSource => ({ kind: 'npm', ...(name !== undefined && { package: name }) });
const github = (repo: string, ref: string, folder: string): DocSource => ({ kind: 'github', repo, ref, folder });
const web = (url: string, maxPages: number): DocSource => ({ kind: 'web', url, maxPages });

/** The first number in it; undefined for `latest` and the like. */
const majorOf = (version: string) => (/^v?\d+/.test(version) ? Number(/\d+/.exec(version)![0]) : undefined);
const isBefore = (version: string, major: number) => (majorOf(version) ?? Infinity) < major;
/** The tag of a version, or the branch that the newest is made from. */
const tagged = (tag: (version: string) => string, branch: string) => (version: string) =>
  majorOf(version) === undefined ? branch : tag(version);
const withV = (version: string) => `v${version}`;
const always =
  <T>(value: T) =>
  () =>
    value;
const about = (pages: number, ...mustHave: string[]): Expected => ({ pages: Math.floor(pages * 0.8), mustHave });

/**
 * The libraries that everybody may ask for. What is taken is what their makers publish: a package where it carries its documentation,
 * else the folder of their repository at the version's tag, else their site. Paths below `mustHave` are below that folder.
 */
export const catalogue: readonly CatalogueEntry[] = [
  {
    library: 'react',
    title: 'React',
    aliases: ['react.dev', 'reactjs', 'react.js', 'react-dom'],
    // The site of the newest major version alone is in the repository's main branch; of older ones the types are what there is.
    sourceOf: (version) =>
      isBefore(version, 19) ? npm('@types/react') : github('reactjs/react.dev', 'main', 'src/content'),
    expectedOf: (version) =>
      isBefore(version, 19)
        ? about(5, 'index')
        : about(180, 'reference/react/useState', 'reference/react/useEffect', 'learn/thinking-in-react'),
  },
  {
    library: 'typescript',
    title: 'TypeScript',
    aliases: ['ts', 'typescriptlang.org'],
    sourceOf: always(github('microsoft/TypeScript-Website', 'v2', 'packages/documentation/copy/en')),
    expectedOf: always(about(110, 'handbook-v2/Narrowing', 'handbook-v2/Everyday Types', 'reference/Utility Types')),
  },
  {
    library: 'mdn-javascript',
    title: 'MDN: JavaScript',
    aliases: ['mdn', 'javascript', 'mdn-js', 'js'],
    sourceOf: always(github('mdn/content', 'main', 'files/en-us/web/javascript')),
    expectedOf: always(about(950, 'guide/closures', 'reference/global_objects/promise')),
  },
  {
    library: 'mdn-web-apis',
    title: 'MDN: Web APIs',
    aliases: ['web-apis', 'webapi', 'dom', 'mdn-web-api'],
    sourceOf: always(github('mdn/content', 'main', 'files/en-us/web/api')),
    expectedOf: always(about(5_000, 'fetch_api/using_fetch', 'abortcontroller')),
  },
  {
    library: 'node',
    title: 'Node.js',
    aliases: ['nodejs', 'node.js', '@types/node'],
    sourceOf: (version) =>
      web(`https://nodejs.org/docs/${majorOf(version) === undefined ? 'latest' : withV(version)}/api/`, 120),
    expectedOf: always(about(65, 'fs', 'http', 'stream')),
  },
  {
    library: 'next',
    title: 'Next.js',
    aliases: ['nextjs', 'next.js'],
    // Packages carry the documentation since 16.
    sourceOf: (version) => (isBefore(version, 16) ? github('vercel/next.js', withV(version), 'docs') : npm()),
    expectedOf: (version) => (isBefore(version, 16) ? about(350) : about(475)),
  },
  {
    library: 'vue',
    title: 'Vue',
    aliases: ['vuejs', 'vue.js', 'vue3'],
    sourceOf: always(github('vuejs/docs', 'main', 'src')),
    expectedOf: always(about(90, 'guide/essentials/computed', 'guide/components/props', 'api/reactivity-core')),
  },
  {
    library: 'svelte',
    title: 'Svelte',
    aliases: ['sveltejs', 'svelte.dev'],
    sourceOf: (version) =>
      github('sveltejs/svelte', tagged((v) => `svelte@${v}`, 'main')(version), 'documentation/docs'),
    expectedOf: (version) => (isBefore(version, 5) ? about(25) : about(75, '02-runes/02-$state')),
  },
  {
    library: 'angular',
    title: 'Angular',
    aliases: ['@angular/core', 'angular.dev', 'ng'],
    sourceOf: (version) => github('angular/angular', tagged((v) => v, 'main')(version), 'adev/src/content'),
    expectedOf: always(about(350, 'guide/components/inputs', 'guide/di/overview')),
  },
  {
    library: 'express',
    title: 'Express',
    aliases: ['expressjs', 'express.js'],
    sourceOf: always(web('https://expressjs.com/en/', 200)),
    expectedOf: always(about(60)),
  },
  {
    library: 'fastify',
    title: 'Fastify',
    aliases: ['fastify.js', 'fastify.dev'],
    sourceOf: always(npm()),
    expectedOf: always(about(41, 'docs/Reference/Hooks', 'docs/Reference/Routes')),
  },
  {
    library: 'zod',
    title: 'Zod',
    aliases: ['zod.dev', 'zod4'],
    // Up to 3 the readme is all the documentation there is.
    sourceOf: (version) =>
      isBefore(version, 4) ? npm() : github('colinhacks/zod', tagged(withV, 'main')(version), 'packages/docs/content'),
    expectedOf: (version) => (isBefore(version, 4) ? about(2, 'README') : about(17, 'api', 'basics')),
  },
  {
    library: 'vite',
    title: 'Vite',
    aliases: ['vitejs', 'vite.dev'],
    sourceOf: (version) => github('vitejs/vite', tagged(withV, 'main')(version), 'docs'),
    expectedOf: always(about(35, 'guide/features', 'config/build-options')),
  },
  {
    library: 'vitest',
    title: 'Vitest',
    aliases: ['vitest.dev'],
    sourceOf: (version) => github('vitest-dev/vitest', tagged(withV, 'main')(version), 'docs'),
    expectedOf: (version) => (isBefore(version, 4) ? about(60, 'api/expect') : about(200, 'api/expect')),
  },
  {
    library: 'tailwindcss',
    title: 'Tailwind CSS',
    aliases: ['tailwind', 'tailwind-css'],
    sourceOf: always(github('tailwindlabs/tailwindcss.com', 'main', 'src/docs')),
    expectedOf: always(about(170, 'adding-custom-styles', 'align-items', 'background-color')),
  },
  {
    library: 'prisma',
    title: 'Prisma',
    aliases: ['@prisma/client', 'prisma-orm'],
    sourceOf: always(web('https://www.prisma.io/docs/orm', 500)),
    expectedOf: always(about(150)),
  },
  {
    library: 'drizzle-orm',
    title: 'Drizzle ORM',
    aliases: ['drizzle', 'drizzleorm'],
    sourceOf: always(github('drizzle-team/drizzle-orm-docs', 'main', 'src/content/docs')),
    expectedOf: always(about(120)),
  },
  {
    library: 'kysely',
    title: 'Kysely',
    aliases: ['kysely.dev'],
    // Its declarations carry more than its site: examples for every method.
    sourceOf: always(npm()),
    expectedOf: always(about(60, 'README')),
  },
  {
    library: 'undici',
    title: 'undici',
    aliases: [],
    sourceOf: always(npm()),
    expectedOf: always(about(34, 'docs/docs/api/Client', 'docs/docs/api/Dispatcher')),
  },
  {
    library: 'pino',
    title: 'pino',
    aliases: ['getpino.io'],
    sourceOf: always(npm()),
    expectedOf: always(about(14, 'docs/api', 'docs/transports')),
  },
  {
    library: 'rxjs',
    title: 'RxJS',
    aliases: ['reactivex', 'rx.js'],
    // The declarations say what each operator does; the guide in the repository is a few pages.
    sourceOf: always(npm()),
    expectedOf: always(about(150, 'README')),
  },
  {
    library: 'playwright',
    title: 'Playwright',
    aliases: ['@playwright/test', 'playwright-core', 'playwright.dev'],
    sourceOf: (version) => github('microsoft/playwright', tagged(withV, 'main')(version), 'docs/src'),
    expectedOf: always(about(170, 'actionability', 'api/class-page', 'api/class-locator')),
  },
  {
    library: 'eslint',
    title: 'ESLint',
    aliases: ['eslint.org'],
    sourceOf: (version) => github('eslint/eslint', tagged(withV, 'main')(version), 'docs/src'),
    expectedOf: always(about(370, 'extend/custom-rules', 'extend/plugins')),
  },
  {
    library: 'python',
    title: 'Python',
    aliases: ['python3', 'cpython', 'py'],
    sourceOf: (version) => web(`https://docs.python.org/${/^\d+\.\d+/.exec(version)?.[0] ?? '3'}/`, 600),
    expectedOf: always(about(430, 'library/asyncio', 'library/functions', 'tutorial/classes')),
  },
  {
    library: 'fastapi',
    title: 'FastAPI',
    aliases: ['fastapi.tiangolo.com'],
    sourceOf: (version) => github('fastapi/fastapi', tagged((v) => v, 'master')(version), 'docs/en/docs'),
    expectedOf: always(about(150, 'tutorial/first-steps', 'tutorial/dependencies')),
  },
];

/** By its name or one that people also call it. */
export const inCatalogue = (name: string): CatalogueEntry | undefined => {
  const wanted = name.toLowerCase();
  return (
    catalogue.find(({ library }) => library === wanted) ?? catalogue.find(({ aliases }) => aliases.includes(wanted))
  );
};

/** What there must be of a version; the catalogue speaks of its own sources alone. */
export function expectedOf(library: string, version: string, source: DocSource): Expected | undefined {
  const entry = inCatalogue(library);
  const isItsOwn = JSON.stringify(entry?.sourceOf(version)) === JSON.stringify(source);
  return isItsOwn ? entry?.expectedOf(version) : undefined;
}
