import { posix, win32 } from 'node:path';
import type { Environment, Machine } from './config.ts';

/** Where a program keeps its state on this platform: what may not be lost, yet is not configuration. */
export function defaultStateDir(env: Environment, { platform, homeDir }: Machine) {
  if (platform === 'win32') {
    return win32.join(env.LOCALAPPDATA || win32.join(homeDir, 'AppData', 'Local'), 'whetstone');
  }
  if (platform === 'darwin') return posix.join(homeDir, 'Library', 'Application Support', 'whetstone');
  return xdgDir(env.XDG_STATE_HOME, posix.join(homeDir, '.local', 'state'));
}

/** Where a program keeps what it can make again, and what anyone may delete at any time. */
export function defaultCacheDir(env: Environment, { platform, homeDir }: Machine) {
  if (platform === 'win32') {
    return win32.join(env.LOCALAPPDATA || win32.join(homeDir, 'AppData', 'Local'), 'whetstone', 'cache');
  }
  if (platform === 'darwin') return posix.join(homeDir, 'Library', 'Caches', 'whetstone');
  return xdgDir(env.XDG_CACHE_HOME, posix.join(homeDir, '.cache'));
}

/** The XDG specification: a relative path is invalid and to be ignored. */
function xdgDir(configured: string | undefined, fallback: string) {
  return posix.join(configured && posix.isAbsolute(configured) ? configured : fallback, 'whetstone');
}
