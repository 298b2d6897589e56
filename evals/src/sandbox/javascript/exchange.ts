import type { GradeJob } from '../sandbox.ts';
import type { Half } from './half.ts';

/** First bytes of frames, as in node-driver.mjs. */
const JOB = 0x4a;
const PIECE = 0x50;
const ENDED = 0x45;
const TO_CANDIDATE = 0x43;
const VERDICT = 0x56;

export interface Judged {
  status: 'passed' | 'failed' | 'error';
  detail?: string;
  /** Nothing of this sample is left in the driver's process. */
  clean: boolean;
  /** The conversation ended badly: the candidate may still be running. */
  broken?: true;
}

/**
 * Carries messages between both halves until the driver has judged; undefined when the driver ended instead. What a
 * candidate writes reaches the driver marked as the candidate's: only the driver's own pipe carries a verdict.
 */
export function exchange(
  driver: Half,
  candidate: Half,
  job: GradeJob,
): { judged: Promise<Judged | undefined>; stop(): void } {
  let settle: (result: Judged | undefined) => void = () => undefined;
  const judged = new Promise<Judged | undefined>((resolve) => (settle = resolve));
  const pieces: { held: Buffer } = { held: Buffer.alloc(0) };

  const fromCandidate = (piece: Buffer) => {
    if (driver.input.write(framed(PIECE, piece))) return;
    // A flood of it waits in the pipe and not in this process.
    candidate.output.pause();
    driver.input.once('drain', () => candidate.output.resume());
  };
  const candidateEnded = () => driver.input.write(framed(ENDED, Buffer.alloc(0)));
  const fromDriver = (piece: Buffer) => {
    pieces.held = pieces.held.length > 0 ? Buffer.concat([pieces.held, piece]) : piece;
    while (pieces.held.length >= 4 && pieces.held.length >= 4 + pieces.held.readUInt32BE()) {
      const frame = pieces.held.subarray(4, 4 + pieces.held.readUInt32BE());
      pieces.held = pieces.held.subarray(4 + frame.length);
      if (frame[0] === TO_CANDIDATE) candidate.input.write(frame.subarray(1));
      else if (frame[0] === VERDICT) settle(JSON.parse(frame.toString('utf8', 1)) as Judged);
    }
  };
  const driverEnded = () => settle(undefined);

  candidate.output.on('data', fromCandidate).once('end', candidateEnded).once('close', candidateEnded);
  driver.output.on('data', fromDriver).once('end', driverEnded).once('close', driverEnded);
  candidate.output.resume();
  driver.output.resume();
  driver.input.write(framed(JOB, Buffer.from(JSON.stringify(job))));
  return {
    judged,
    stop() {
      candidate.output.off('data', fromCandidate).off('end', candidateEnded).off('close', candidateEnded).pause();
      driver.output.off('data', fromDriver).off('end', driverEnded).off('close', driverEnded).pause();
      settle(undefined);
    },
  };
}

function framed(type: number, payload: Buffer): Buffer {
  const header = Buffer.allocUnsafe(5);
  header.writeUInt32BE(payload.length + 1);
  header[4] = type;
  return Buffer.concat([header, payload]);
}
