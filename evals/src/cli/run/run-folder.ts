import { basename, join, resolve } from 'node:path';

/** A folder of its own for each run, named so that a person finds it again. */
export function freshRunFolder(dataset: string, subject: string, now: Date): string {
  const time = now.toISOString().replaceAll(/[:.]/g, '-').replace(/Z$/, '');
  return resolve(join('whetstone-runs', [time, plain(basename(dataset)), plain(subject)].join('_')));
}

const plain = (text: string) => text.replaceAll(/[^\w.-]+/g, '-').slice(0, 60);
