import type { Language } from '../problem.ts';

/**
 * Code that tries to pass without answering, to get out, or to harm what comes after it. The values its tests ask for are
 * drawn anew for each run, so that a pass is always a false one.
 */
export interface HostileProgram {
  name: string;
  language: Language;
  /** What it is after, for the table. */
  aim: 'false pass' | 'exhaustion' | 'escape' | 'next sample';
  program: string;
}

/** Where traps stand on this machine, for programs that look for something outside. */
export interface Traps {
  /** A file on the host whose content must not come back and must not change. */
  secretFile: string;
  /** A folder that must stay empty. */
  emptyFolder: string;
  /** A listener on 127.0.0.1 that must hear nothing. */
  port: number;
  /** The process of the harness. */
  harnessPid: number;
  /** In the command line of whatever is to outlive its sample. */
  daemonMarker: string;
}
