import { parse } from 'yaml';
import { isRecord } from '../../json.ts';
import { lockedUnderWay, type Locked } from './locked.ts';

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];

/** pnpm-lock.yaml, versions 5 to 9. Throws for what is none. */
export function versionsInPnpmLock(text: string): Locked {
  const sections = sectionsOf(text);
  if (!sections.has('lockfileVersion')) throw new Error('it has no lockfileVersion');
  const { locked, add, addDirect } = lockedUnderWay();

  const importers = sectionValue(sections, 'importers');
  // A project that is no workspace has no importers before version 9.
  const own = Object.fromEntries(kinds.map((kind) => [kind, sectionValue(sections, kind)]));
  for (const [importer, asked] of Object.entries({ ...(isRecord(importers) ? importers : { '.': own }) })) {
    for (const kind of kinds) {
      for (const [name, entry] of Object.entries(recordOf(recordOf(asked)[kind]))) {
        const version = versionIn(isRecord(entry) ? entry['version'] : entry);
        if (version !== undefined) addDirect(importer, name, version);
      }
    }
  }

  // Thousands of keys, of which the names are all that is wanted: YAML need not read what stands below them.
  for (const [, key] of (sections.get('packages') ?? '').matchAll(/^ {2}['"]?([^\s'"#][^'":\n]*)['"]?:/gm)) {
    const [, name, version] = /^\/?((?:@[^/@]+\/)?[^/@]+)[@/](\d[^(_]*)/.exec(key!) ?? [];
    if (name !== undefined && version !== undefined) add(name, version);
  }
  return locked;
}

/** The parts of the document, by their keys at its left edge. */
function sectionsOf(text: string): Map<string, string> {
  const parts = text.split(/^(?=[A-Za-z])/m);
  return new Map(parts.flatMap((part) => (/^\w+(?=:)/.test(part) ? [[/^\w+/.exec(part)![0], part] as const] : [])));
}

function sectionValue(sections: ReadonlyMap<string, string>, name: string): unknown {
  const section = sections.get(name);
  return section === undefined ? undefined : recordOf(parse(section, { logLevel: 'error' }))[name];
}

/** `19.2.0(react@19.2.0)`, or `other-name@1.0.0` of a dependency under another name; nothing of a link. */
const versionIn = (text: unknown) =>
  typeof text === 'string' ? /^\/?(?:(?:@[^/@]+\/)?[^/@(:]+[@/])?(\d[^(_]*)/.exec(text)?.[1] : undefined;

const recordOf = (value: unknown) => (isRecord(value) ? value : {});
