import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { run } from './run.ts';

export interface Python {
  executable: string;
  version: string;
  /** Folders it lives in: of a virtual environment and of the Python behind it. */
  folders: readonly string[];
}

/** The Python that grades: the one on PATH, else the system's; undefined where there is none new enough. */
export async function findPython(): Promise<Python | undefined> {
  for (const command of ['python3', '/usr/bin/python3']) {
    // -I: in a jail, too, nothing of PYTHON* is set. What is on PATH may be a script that chooses one (pyenv, asdf): asked by that name, it says which.
    const asked = await run(command, ['-I', '-c', QUESTION]);
    if (asked.exitCode !== 0) continue;
    const [executable, version, ...folders] = asked.stdout.trim().split('\n');
    if (!executable || !version || !isAbsolute(executable) || !isNewEnough(version)) continue;
    return { executable, version, folders: outermost([...folders, ...folders.map((folder) => realpathSync(folder))]) };
  }
  return undefined;
}

const QUESTION = `
import os, sys
print(sys.executable)
print('.'.join(map(str, sys.version_info[:3])))
for folder in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}: print(folder)`;

/** socket.send_fds came with 3.9. */
const isNewEnough = (version: string) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= 9;
};

/** Without those that lie in another, or in /usr, which every jail has. */
function outermost(folders: readonly string[]): string[] {
  const unique = [...new Set(folders)];
  const within = (folder: string, other: string) => folder === other || folder.startsWith(`${other}/`);
  return unique.filter(
    (folder) => !within(folder, '/usr') && !unique.some((other) => other !== folder && within(folder, other)),
  );
}
