import type { Delivery, LoggedEvent, Reading } from './events.ts';

/** An event of any log: whatever else it holds is between those who write it and those who read it. */
type Sequenced = Pick<LoggedEvent, 'sequence'>;

interface Options<E> {
  read: (log: string, after: number, limit: number) => Promise<Reading<E>>;
  onError: (error: unknown) => void;
}

interface Member<E> {
  /** The last event it was handed. */
  position: number;
  isCaughtUp: boolean;
  isPaused: boolean;
  deliver: (delivery: Delivery<E>) => void;
}

interface Reader<E> {
  members: Set<Member<E>>;
  /** The end of the log when it was last read. */
  head: number;
  isReading: boolean;
  /** Something happened that it has not read for those who are there; stays so while the database fails. */
  isWanted: boolean;
  /** Who catches up was read for last. */
  isTurnOfThoseThere: boolean;
  retrying: NodeJS.Timeout | undefined;
}

const retryAfterMs = 400;

/** A reading holds so many events at most, and of large ones fewer. */
const batch = 100;

/**
 * One reader per log, that of a project or of a run, feeds all who subscribed to it. It reads from where the last of them stands; the others pass over
 * what they have had. So there is one way to be handed an event, whether one catches up or is there as it happens; but who
 * is there waits for one reading of those who catch up at most, however far back they are.
 */
export function sharedReaders<E extends Sequenced = LoggedEvent>({ read, onError }: Options<E>) {
  const readers = new Map<string, Reader<E>>();

  async function run(log: string, reader: Reader<E>) {
    if (reader.isReading) return;
    reader.isReading = true;
    try {
      for (let due = nextTurn(reader); due.length > 0; due = nextTurn(reader)) {
        const after = Math.min(...due.map(({ position }) => position));
        const reading = await read(log, after, batch);
        reader.head = reading.head;
        // Says nothing to those who stand elsewhere, whose turn this may have been.
        if (reading.kind === 'lost') reader.isWanted = true;
        for (const member of reader.members) hand(log, reader, member, after, reading);
      }
    } catch (error) {
      reader.isWanted = true;
      clearTimeout(reader.retrying);
      reader.retrying = setTimeout(() => start(log, reader), retryAfterMs).unref();
      onError(error);
    } finally {
      reader.isReading = false;
    }
  }

  function hand(log: string, reader: Reader<E>, member: Member<E>, after: number, reading: Reading<E>) {
    // Joined, or resumed, while this was read, from further back: its turn comes.
    if (member.position < after || member.isPaused) return;
    if (reading.kind === 'lost') {
      if (member.position !== after) return;
      leave(log, reader, member);
      return give(log, reader, member, reading);
    }
    const readUpTo = reading.events.at(-1)?.sequence ?? after;
    if (member.position > readUpTo && member.position !== reading.head) {
      // Further on than was read, so that what follows is not known: its turn comes as well.
      reader.isWanted ||= member.isCaughtUp;
      return;
    }
    const wasCaughtUp = member.isCaughtUp;
    const events = reading.events.filter(({ sequence }) => sequence > member.position);
    member.position = events.at(-1)?.sequence ?? member.position;
    member.isCaughtUp = member.position === reading.head;
    if (events.length > 0 || (member.isCaughtUp && !wasCaughtUp))
      give(log, reader, member, { kind: 'events', events, isCaughtUp: member.isCaughtUp });
  }

  /** What one of them throws is its own loss. */
  function give(log: string, reader: Reader<E>, member: Member<E>, delivery: Delivery<E>) {
    try {
      member.deliver(delivery);
    } catch (error) {
      leave(log, reader, member);
      onError(error);
    }
  }

  function leave(log: string, reader: Reader<E>, member: Member<E>) {
    reader.members.delete(member);
    if (reader.members.size === 0 && readers.get(log) === reader) readers.delete(log);
  }

  function readerOf(log: string): Reader<E> {
    const known = readers.get(log);
    if (known) return known;
    const reader: Reader<E> = {
      members: new Set(),
      head: -1,
      isReading: false,
      isWanted: false,
      isTurnOfThoseThere: true,
      retrying: undefined,
    };
    readers.set(log, reader);
    return reader;
  }

  const start = (log: string, reader: Reader<E>) => void run(log, reader);

  function wake(log: string) {
    const reader = readers.get(log);
    if (!reader) return;
    reader.isWanted = true;
    start(log, reader);
  }

  return {
    logs: () => readers.keys(),

    join(log: string, position: number, deliver: Member<E>['deliver']) {
      const reader = readerOf(log);
      const member: Member<E> = { position, isCaughtUp: false, isPaused: false, deliver };
      reader.members.add(member);
      start(log, reader);
      return {
        isCaughtUp: () => reader.members.has(member) && member.isCaughtUp && !reader.isWanted,
        pause: () => {
          member.isPaused = true;
          // It will not hear of what happens now.
          member.isCaughtUp = false;
        },
        resume: () => {
          member.isPaused = false;
          start(log, reader);
        },
        leave: () => leave(log, reader, member),
      };
    },

    /** The log reaches to here. */
    noticed(log: string, head: number) {
      if (readers.get(log)?.head !== head) wake(log);
    },

    /** Something happened in the log. */
    wake,

    stop() {
      for (const { members } of readers.values()) members.clear();
      readers.clear();
    },
  };
}

/** For whom to read: in turn who is there, when something happened, and who is behind. */
function nextTurn<E>(reader: Reader<E>): Member<E>[] {
  const reading = [...reader.members].filter(({ isPaused }) => !isPaused);
  const behind = reading.filter(({ isCaughtUp }) => !isCaughtUp);
  const there = reader.isWanted ? reading.filter(({ isCaughtUp }) => isCaughtUp) : [];
  const isForThoseThere = there.length > 0 && (reader.isTurnOfThoseThere || behind.length === 0);
  reader.isTurnOfThoseThere = !isForThoseThere;
  if (!isForThoseThere && there.length > 0) return behind;
  if (behind.length > 0 || there.length > 0) reader.isWanted = false;
  return isForThoseThere ? there : behind;
}
