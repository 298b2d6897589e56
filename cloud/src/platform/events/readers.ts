import type { Delivery, Reading } from './events.ts';

interface Options {
  read: (projectId: string, after: number, limit: number) => Promise<Reading>;
  onError: (error: unknown) => void;
}

interface Member {
  /** The last event it was handed. */
  position: number;
  isCaughtUp: boolean;
  isPaused: boolean;
  deliver: (delivery: Delivery) => void;
}

interface Reader {
  members: Set<Member>;
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
 * One reader per project feeds all who subscribed to it. It reads from where the last of them stands; the others pass over
 * what they have had. So there is one way to be handed an event, whether one catches up or is there as it happens; but who
 * is there waits for one reading of those who catch up at most, however far back they are.
 */
export function sharedReaders({ read, onError }: Options) {
  const readers = new Map<string, Reader>();

  async function run(projectId: string, reader: Reader) {
    if (reader.isReading) return;
    reader.isReading = true;
    try {
      for (let due = nextTurn(reader); due.length > 0; due = nextTurn(reader)) {
        const after = Math.min(...due.map(({ position }) => position));
        const reading = await read(projectId, after, batch);
        reader.head = reading.head;
        // Says nothing to those who stand elsewhere, whose turn this may have been.
        if (reading.kind === 'lost') reader.isWanted = true;
        for (const member of reader.members) hand(projectId, reader, member, after, reading);
      }
    } catch (error) {
      reader.isWanted = true;
      clearTimeout(reader.retrying);
      reader.retrying = setTimeout(() => start(projectId, reader), retryAfterMs).unref();
      onError(error);
    } finally {
      reader.isReading = false;
    }
  }

  function hand(projectId: string, reader: Reader, member: Member, after: number, reading: Reading) {
    // Joined, or resumed, while this was read, from further back: its turn comes.
    if (member.position < after || member.isPaused) return;
    if (reading.kind === 'lost') {
      if (member.position !== after) return;
      leave(projectId, reader, member);
      return give(projectId, reader, member, reading);
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
      give(projectId, reader, member, { kind: 'events', events, isCaughtUp: member.isCaughtUp });
  }

  /** What one of them throws is its own loss. */
  function give(projectId: string, reader: Reader, member: Member, delivery: Delivery) {
    try {
      member.deliver(delivery);
    } catch (error) {
      leave(projectId, reader, member);
      onError(error);
    }
  }

  function leave(projectId: string, reader: Reader, member: Member) {
    reader.members.delete(member);
    if (reader.members.size === 0 && readers.get(projectId) === reader) readers.delete(projectId);
  }

  function readerOf(projectId: string): Reader {
    const known = readers.get(projectId);
    if (known) return known;
    const reader: Reader = {
      members: new Set(),
      head: -1,
      isReading: false,
      isWanted: false,
      isTurnOfThoseThere: true,
      retrying: undefined,
    };
    readers.set(projectId, reader);
    return reader;
  }

  const start = (projectId: string, reader: Reader) => void run(projectId, reader);

  return {
    projects: () => readers.keys(),

    join(projectId: string, position: number, deliver: Member['deliver']) {
      const reader = readerOf(projectId);
      const member: Member = { position, isCaughtUp: false, isPaused: false, deliver };
      reader.members.add(member);
      start(projectId, reader);
      return {
        isCaughtUp: () => reader.members.has(member) && member.isCaughtUp && !reader.isWanted,
        pause: () => {
          member.isPaused = true;
          // It will not hear of what happens now.
          member.isCaughtUp = false;
        },
        resume: () => {
          member.isPaused = false;
          start(projectId, reader);
        },
        leave: () => leave(projectId, reader, member),
      };
    },

    /** The project's log reaches to here. */
    noticed(projectId: string, head: number) {
      const reader = readers.get(projectId);
      if (!reader || reader.head === head) return;
      reader.isWanted = true;
      start(projectId, reader);
    },

    stop() {
      for (const { members } of readers.values()) members.clear();
      readers.clear();
    },
  };
}

/** For whom to read: in turn who is there, when something happened, and who is behind. */
function nextTurn(reader: Reader): Member[] {
  const reading = [...reader.members].filter(({ isPaused }) => !isPaused);
  const behind = reading.filter(({ isCaughtUp }) => !isCaughtUp);
  const there = reader.isWanted ? reading.filter(({ isCaughtUp }) => isCaughtUp) : [];
  const isForThoseThere = there.length > 0 && (reader.isTurnOfThoseThere || behind.length === 0);
  reader.isTurnOfThoseThere = !isForThoseThere;
  if (!isForThoseThere && there.length > 0) return behind;
  if (behind.length > 0 || there.length > 0) reader.isWanted = false;
  return isForThoseThere ? there : behind;
}
