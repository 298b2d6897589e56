import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { run } from './run.ts';

/** Where the languages are that do not come with the system: a node of nvm's, a python of pyenv's. */
export interface Toolchain {
  readable: readonly string[];
  /** PATH of commands. */
  path: string;
}

/** Node is the one we run on, python3 and go are those of the person's PATH. */
export async function findToolchain(): Promise<Toolchain> {
  const [python, go] = await Promise.all([
    run('python3', ['-c', 'import sys; print(sys.base_prefix)']),
    run('go', ['env', 'GOROOT']),
  ]);
  const found = [dirname(dirname(realpathSync(process.execPath))), python.stdout.trim(), go.stdout.trim()];
  const readable = [...new Set(found)].filter(
    (prefix) => prefix !== '' && existsSync(prefix) && !isOfTheSystem(prefix),
  );
  const path = [...readable.map((prefix) => `${prefix}/bin`), ...systemPath].join(':');
  return { readable, path };
}

const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const isOfTheSystem = (prefix: string) => prefix === '/usr' || prefix.startsWith('/usr/');
