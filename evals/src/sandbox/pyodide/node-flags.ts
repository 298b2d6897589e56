/** Flags of the Node process that holds an interpreter. `version` is its `process.version`, `readable` are all the files it may open. */
export function nodeFlags(version: string, readable: readonly string[]): string[] {
  return [
    permissionFlag(version),
    // For the watchdog; before the first run nothing that could start a thread is left within reach.
    '--allow-worker',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    // A realm of its own for modules needs it.
    '--experimental-vm-modules',
    '--disallow-code-generation-from-strings',
    '--no-addons',
    '--no-deprecation',
    '--no-warnings',
    `--max-old-space-size=${javascriptHeapMb}`,
  ];
}

/** Files that a candidate writes lie in memory of JavaScript's, outside of this; the gate counts those. */
const javascriptHeapMb = 192;

/** Stable since 23.5, and in the 22 line since 22.13. */
function permissionFlag(version: string): string {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const stable = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13);
  return stable ? '--permission' : '--experimental-permission';
}
