import { readFileSync, readdirSync } from 'node:fs';

/** Processes below `parent` that run now (Linux). */
export function processesBelow(parent: number): number[] {
  const children = allProcesses().filter((one) => one.parent === parent);
  return children.flatMap(({ pid }) => [pid, ...processesBelow(pid)]);
}

export function isRunning(pid: number): boolean {
  return allProcesses().some((one) => one.pid === pid);
}

/** Whose command line has `text`, whatever has become of those who started them (Linux). */
export const processesNaming = (text: string): number[] =>
  allProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });

function allProcesses(): { pid: number; parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // After the name of the program, which may hold anything: state, then the parent.
        const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent) }];
      } catch {
        return [];
      }
    });
}
