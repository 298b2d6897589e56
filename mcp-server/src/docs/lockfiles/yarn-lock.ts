import { parse } from 'yaml';
import { isRecord } from '../../json.ts';
import { lockedUnderWay, type Locked } from './locked.ts';

/** yarn.lock, of version 1 and of those after it. Throws for what is none. */
export function versionsInYarnLock(text: string): Locked {
  const isBerry = /^__metadata:/m.test(text);
  if (!isBerry && !text.includes('yarn lockfile v1')) throw new Error('it does not say that it is one');
  const { locked, add, addDirect } = lockedUnderWay();
  const workspaces: string[] = [];

  for (const block of text.split(/\n(?=\S)/)) {
    const heading = /^(?!#|__metadata)(.+):\s*$/m.exec(block)?.[1];
    const version = /^ {2}version:? "?([^"\s]+)"?\s*$/m.exec(block)?.[1];
    if (heading === undefined || version === undefined) continue;
    if (heading.includes('@workspace:')) {
      workspaces.push(block);
      continue;
    }
    for (const asked of heading.split(',').map((part) => part.trim().replaceAll(/^"|"$/g, ''))) {
      const [, name, range] = /^((?:@[^/@]+\/)?[^@]+)@(?:npm:)?(.*)$/.exec(asked.replaceAll('"', '')) ?? [];
      if (name === undefined || range === undefined) continue;
      locked.byRange.set(`${name}@${range}`, version);
      add(name, version);
    }
  }

  for (const block of workspaces) {
    const [entry] = Object.values(recordOf(parse(block, { logLevel: 'error' }))).map(recordOf);
    const folder = /@workspace:(.+)$/.exec(String(entry?.['resolution']))?.[1];
    for (const [name, range] of Object.entries(recordOf(entry?.['dependencies']))) {
      const version = locked.byRange.get(`${name}@${String(range).replace(/^npm:/, '')}`);
      if (folder !== undefined && version !== undefined) addDirect(folder, name, version);
    }
  }
  return locked;
}

const recordOf = (value: unknown) => (isRecord(value) ? value : {});
