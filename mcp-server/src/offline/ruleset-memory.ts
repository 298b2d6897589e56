import { compileRuleset, type CompiledRuleset } from '@whetstone/shared/flags';
import { elapsedMs, momentAt, momentOf, type Clock, type Moment } from './clock.ts';
import { applyMessage, etagOf, type RulesetDocument, type RulesetState } from './ruleset-changes.ts';
import type { RulesetStore } from './ruleset-store.ts';
import type { StreamMessage } from './stream-message.ts';

/** How often a mere confirmation is written down: the file may understate freshness by this much, never overstate it. */
const rewriteAfterMs = 10_000;

export interface Known extends RulesetState {
  ruleset: CompiledRuleset;
  confirmedAt: Moment;
}

/** The one ruleset that is held in memory and, behind it, on disk. */
export interface RulesetMemory {
  known(): Known | undefined;
  /** Whether this process has heard from the cloud that it is current, rather than the one that wrote the file. */
  confirmedHere(): boolean;
  storeProblem(): string | undefined;
  /** Reads the disk, once. */
  recall(): Promise<void>;
  /** A whole ruleset from the cloud; false when it is none. */
  replace(document: unknown, etag: string | undefined): boolean;
  confirm(): void;
  /**
   * What one read of the stream brought. A change confirms only when all before it are known to be there. `astray`: it does
   * not fit to what is held, which is then not to be resumed from.
   */
  take(messages: readonly StreamMessage[], isSynced: boolean): 'confirmed' | 'unconfirmed' | 'astray';
  /** Writes down a confirmation that is much younger than the one on disk. */
  keep(): void;
  /** Resolves when the disk is at rest. */
  settled(): Promise<void>;
}

interface Parts {
  store: RulesetStore | undefined;
  clock: Clock;
  /** Told of each ruleset from the cloud, with the one before. */
  onHeld: (now: RulesetDocument, before: RulesetDocument | undefined) => void;
}

export function rulesetMemory({ store, clock, onHeld }: Parts): RulesetMemory {
  let known: Known | undefined;
  let confirmedHere = false;
  let recalling: Promise<void> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let written: Known | undefined;
  let storeProblem: string | undefined;

  async function recall() {
    const { stored, problem } = (await store?.read()) ?? {};
    storeProblem = problem;
    const ruleset = stored && compileRuleset(stored.document);
    if (!ruleset) return;
    const confirmedAt = momentAt(stored.confirmedAtMs, clock);
    known = written = { document: stored.document, etag: stored.etag, ruleset, confirmedAt };
  }

  function hold({ document, etag }: { document: unknown; etag: string | undefined }) {
    const ruleset = compileRuleset(document, known?.ruleset);
    if (!ruleset) return false;
    const before = known?.document;
    known = { document: asCompiled(document), etag, ruleset, confirmedAt: known?.confirmedAt ?? momentOf(clock) };
    onHeld(known.document, before);
    return true;
  }

  function confirm() {
    if (!known) return;
    known = { ...known, confirmedAt: momentOf(clock) };
    confirmedHere = true;
    if (known.document !== written?.document) write(known);
  }

  function write(state: Known) {
    written = state;
    const { document, etag, confirmedAt } = state;
    writing = writing.then(async () => {
      // Of several that queued up behind a slow disk only the last counts.
      if (written === state) storeProblem = await store?.write({ document, etag, confirmedAtMs: confirmedAt.wallMs });
    });
  }

  return {
    known: () => known,
    confirmedHere: () => confirmedHere,
    storeProblem: () => storeProblem,
    recall: () => (recalling ??= recall()),
    confirm,

    replace(document, etag) {
      const isHeld = hold({ document, etag });
      if (isHeld) confirm();
      return isHeld;
    },

    take(messages, isSynced) {
      let isConfirmed = false;
      let state: RulesetState | undefined = known;
      for (const message of messages) {
        if (message.kind === 'ruleset') {
          if (!hold({ document: message.document, etag: etagOf(message.id) })) return 'astray';
          state = known;
        } else state = state && applyMessage(state, message);
        if (!state) return 'astray';
        isConfirmed ||=
          message.kind === 'ruleset' || message.kind === 'current' || (isSynced && message.kind !== 'unknown');
      }
      // Many changes that arrive together, as after a resume, are compiled once.
      if (state && state.document !== known?.document) hold(state);
      if (isConfirmed) confirm();
      return isConfirmed ? 'confirmed' : 'unconfirmed';
    },

    keep() {
      if (!known || !confirmedHere || known.confirmedAt === written?.confirmedAt) return;
      if (!written || elapsedMs(written.confirmedAt, clock) >= rewriteAfterMs) write(known);
    },
    settled: () => writing,
  };
}

/** Only called with what compileRuleset has accepted. */
const asCompiled = (document: unknown) => document as RulesetDocument;
