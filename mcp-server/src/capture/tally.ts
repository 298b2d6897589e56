import { isRecord, parseJson } from '../json.ts';
import { replaceFileNow } from '../offline/state-files.ts';
import { textIn, type Refusal } from './places.ts';
import type { Client } from './spool/spool.ts';

/** Counts for people. What a kill takes of them is no record that was accepted. */
export interface Tally {
  refused: Partial<Record<Refusal, number>>;
  /** Places in which something was taken out before it was kept. */
  redacted: number;
  events: Partial<Record<Client, { count: number; lastMs: number }>>;
  /** Copies that spoolers could not finish. */
  torn: number;
  /** Starts of the MCP server, and whether hooks told anything from the same folder afterwards. */
  served: { atMs: number; root: string; isHooked: boolean }[];
}

const mostServed = 200;

const emptyTally = (): Tally => ({ refused: {}, redacted: 0, events: {}, torn: 0, served: [] });

export function readTally(path: string): Tally {
  const value = parseJson(textIn(path) ?? '');
  return isRecord(value) && Array.isArray(value['served']) ? (value as unknown as Tally) : emptyTally();
}

export function writeTally(path: string, tally: Tally) {
  replaceFileNow(path, JSON.stringify({ ...tally, served: tally.served.slice(-mostServed) }));
}
