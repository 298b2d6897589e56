/** Files that a package has for whoever makes it, not for whoever uses it. */
const housekeeping =
  /^(?:change-?log|changes|history|releases?|license|licence|copying|notice|authors?|contributors?|contributing|maintainers|owners|code[-_]of[-_]conduct|security|governance|sponsors?|backers|funding|support|pull_request_template|issue_template|third[-_]?party.*|project[-_]charter|charter|\w+[-_]policy)(?:[-_.].*)?$/i;
const folders = new Set(['docs', 'doc', 'documentation', 'guides']);
const ignored =
  /(?:^|\/)(?:node_modules|\.git|\.github|tests?|__tests__|__fixtures__|__mocks__|__snapshots__|fixtures?|testdata|spec|specs|benchmarks?|bench)(?:\/|$)/i;
/** As tools look for them; `Agent.md` may be about a class. */
const agents = /^(?:SKILL|AGENTS?|CLAUDE|GEMINI|copilot-instructions)\.md$/;

export const isMarkdown = (path: string) => /\.(?:md|mdx|markdown)$/i.test(path);

/** `.d.ts`, and what modules of one kind have instead. */
export const isDeclarations = (path: string) => /\.d\.[mc]?ts$/.test(path);

/** What lies in folders of others, of tests and of tools. */
export const isAside = (path: string) => ignored.test(foldersOf(path));

/** Of no use to whoever asks how something works. */
export const isHousekeeping = (path: string) => housekeeping.test(nameOf(path).replace(/\.\w+$/, ''));

/** What changed, and what one may do with it: long, and no answer to how something works. */
export const isChangeLog = (path: string) => /^(?:change-?log|licen[cs]e)\b/i.test(nameOf(path));

/** Written to coding agents: taken as what it is, and said so. */
export const isForAgents = (path: string) => agents.test(nameOf(path));

/** Prose of a package: its README, what lies in folders of documentation, and what stands beside package.json. */
export function isPackageProse(path: string): boolean {
  if (!isMarkdown(path) || isAside(path)) return false;
  if (isForAgents(path)) return true;
  const below = foldersOf(path).toLowerCase().split('/');
  // A page about security is one; beside package.json it says where to report holes.
  if (below.some((folder) => folders.has(folder))) return !isChangeLog(path);
  return /^readme\b/i.test(nameOf(path)) || (below.join('') === '' && !isHousekeeping(path));
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const foldersOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
