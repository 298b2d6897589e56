import strictAssert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { judge } from './driver.mjs';
import { longestFrame, readFrame, writeFrame } from './frames.mjs';
import { realmPrint } from './realm.mjs';

/**
 * The driver's process, of one worker: a job comes in on descriptor 3, as do pieces of what the candidate writes; what the
 * candidate is to get and verdicts go out on 4. The first byte of a frame says which. The candidate has none of these.
 *
 * It judges one job after another, since starting Node is what grading costs most. What tests change of the language's own
 * objects or leave running is noticed, and this process replaced (`clean: false`).
 */
const JOB = 0x4a;
const PIECE = 0x50;
const ENDED = 0x45;
const TO_CANDIDATE = 0x43;
const VERDICT = 0x56;

const modules = [
  'assert',
  'assert/strict',
  'buffer',
  'events',
  'path',
  'string_decoder',
  'timers/promises',
  'url',
  'util',
];
const requireAny = createRequire(import.meta.url);
function require(name) {
  const plain = String(name).replace(/^node:/, '');
  if (!modules.includes(plain)) throw new Error(`tests may require ${modules.join(', ')}, not ${String(name)}`);
  return requireAny(`node:${plain}`);
}

const out = (type, payload) => writeFrame(4, Buffer.concat([Buffer.of(type), payload]));

function channelOf() {
  let buffered = Buffer.alloc(0);
  let ended = false;
  const more = () => {
    const frame = readFrame(3);
    if (!frame) process.exit(0);
    if (frame[0] === ENDED) ended = true;
    else if (frame[0] === PIECE)
      buffered = buffered.length ? Buffer.concat([buffered, frame.subarray(1)]) : frame.subarray(1);
  };
  return {
    send(text) {
      const payload = Buffer.from(text);
      const header = Buffer.allocUnsafe(4);
      header.writeUInt32BE(payload.length);
      out(TO_CANDIDATE, Buffer.concat([header, payload]));
    },
    receive() {
      while (buffered.length < 4) {
        if (ended) return undefined;
        more();
      }
      const length = buffered.readUInt32BE();
      if (length > longestFrame) return '"too long"';
      const pieces = [buffered];
      for (let have = buffered.length; have < 4 + length; have = pieces.reduce((sum, piece) => sum + piece.length, 0)) {
        if (ended) return undefined;
        buffered = Buffer.alloc(0);
        more();
        pieces.push(buffered);
      }
      const whole = Buffer.concat(pieces);
      buffered = whole.subarray(4 + length);
      return whole.toString('utf8', 4, 4 + length);
    },
  };
}

const rejections = [];
process.on('unhandledRejection', (reason) => rejections.push(reason));
process.on('uncaughtException', (error) => rejections.push(error));

const untouched = realmPrint();
// Ready.
writeFrame(4, Buffer.alloc(0));
for (;;) {
  const frame = readFrame(3);
  if (!frame) break;
  // Leftovers of the sample before.
  if (frame[0] !== JOB) continue;
  const job = JSON.parse(frame.toString('utf8', 1));
  rejections.length = 0;
  const verdict = await judge(job, channelOf(), { assert: strictAssert, require, turn: () => turn(), rejections });
  const clean =
    !verdict.broken &&
    !verdict.open &&
    realmPrint() === untouched &&
    !process.getActiveResourcesInfo().includes('Timeout');
  out(VERDICT, Buffer.from(JSON.stringify({ ...verdict, clean })));
}
process.exit(0);
