import { readlinkSync } from 'node:fs';

/** What a program finds in its jail. There is never a network, and nothing of the host beyond what is named here. */
export interface JailPlan {
  /** Host files and folders, read-only, at the same place unless said. `systemFiles()` and what the program needs. */
  readable: readonly (string | Mount)[];
  /** Host folders it may change, and where they appear. */
  writable?: readonly Mount[];
  workingFolder?: string;
  /** Nothing is inherited. */
  env: Readonly<Record<string, string>>;
  /** A /tmp of its own, gone with it; absent: nothing is writable at all. */
  tmpMb?: number;
  /** /proc of its own process namespace. Without it a program cannot look at its neighbours' memory or descriptors. */
  proc?: true;
  /** It is process 1 of its namespace and reaps orphans itself; absent: a small reaper is. */
  isInit?: true;
  /** Descriptor that the argv inherits, and reads a seccomp program from to its end; `seccompOf(maker)` says which. */
  seccompFd?: number;
  limits: JailLimits;
}

export interface Mount {
  host: string;
  inside: string;
}

/** Per process, save `processes`, which counts all of this jail. */
export interface JailLimits {
  memoryBytes?: number;
  /** Private writable memory. For V8, whose reserved address space no limit of `memoryBytes` would leave room for. */
  dataBytes?: number;
  processes?: number;
  openFiles?: number;
  fileBytes?: number;
  cpuSeconds?: number;
}

export const mountOf = (path: string | Mount): Mount =>
  typeof path === 'string' ? { host: path, inside: path } : path;

/** Where a path of the system is a link, the jail has the same link (`/bin -> usr/bin`). */
export function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
