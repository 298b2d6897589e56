import { shownPath } from './files.ts';

/** As a tar header has it. */
interface Entry {
  path: string;
  type: string;
}

export type Place =
  | { kind: 'file'; path: string }
  /** A folder, or what archives say of themselves. */
  | { kind: 'nothing' }
  | { kind: 'skipped'; path: string; why: string };

const files = new Set(['File', 'OldFile', 'ContiguousFile']);
const links = new Set(['Link', 'SymbolicLink']);
const devices = new Set(['CharacterDevice', 'BlockDevice', 'FIFO']);

/** Where an entry lies below the one folder that archives of packages and repositories have everything in. */
export function placeInArchive({ path, type }: Entry): Place {
  if (type === 'Directory') return { kind: 'nothing' };
  if (leadsOut(path)) return { kind: 'skipped', path: shownPath(path), why: 'its path leads out of the archive' };
  const [, ...below] = path.split('/').filter((part) => part !== '' && part !== '.');
  const why = whyNoFile(type);
  if (why !== undefined) return { kind: 'skipped', path: shownPath(below.join('/') || path), why };
  return files.has(type) && below.length > 0 ? { kind: 'file', path: below.join('/') } : { kind: 'nothing' };
}

const leadsOut = (path: string) =>
  /^(?:[/\\]|[A-Za-z]:)/.test(path) || path.includes('\0') || path.split(/[/\\]/).includes('..');

function whyNoFile(type: string): string | undefined {
  if (links.has(type)) return 'it is a link';
  return devices.has(type) ? 'it is a device and not a file' : undefined;
}
