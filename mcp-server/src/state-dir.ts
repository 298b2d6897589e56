import { posix, win32 } from 'node:path';
import type { Environment, Machine } from './config.ts';

/** Where a program keeps its state on this platform: what may not be lost, yet is not configuration. */
export function defaultStateDir(env: Environment, { platform, homeDir }: Machine) {
  if (platform === 'win32') {
    return win32.join(env.LOCALAPPDATA || win32.join(homeDir, 'AppData', 'Local'), 'whetstone');
  }
  if (platform === 'darwin') return posix.join(homeDir, 'Library', 'Application Support', 'whetstone');
  // The XDG specification: a relative path is invalid and to be ignored.
  const xdg = env.XDG_STATE_HOME;
  return posix.join(xdg && posix.isAbsolute(xdg) ? xdg : posix.join(homeDir, '.local', 'state'), 'whetstone');
}
