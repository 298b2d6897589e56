import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicroseconds } from '../harness/cpu.ts';
import { flagWorkload, type Shape } from '../workload/flags.ts';
import { engines, type EngineName } from './index.ts';
import type { Task, TaskResult } from './tasks.ts';
import type { Ask } from './engine.ts';

// An engine that fetches, reports or checks for news is not evaluating locally.
Socket.prototype.connect = () => {
  throw new Error('an engine under measurement tried to use the network');
};

const [name, shape, count] = process.argv.slice(2);
const { flags, people, questions } = flagWorkload(shape as Shape, Number(count));
const engine = await engines[name as EngineName]();
const prepared = engine(flags, people);
let ask: Ask | undefined;
// V8 is still optimising what prepared the flags, on threads of its own that a first load would be charged for.
await pause(300);

async function perform({ kind, times, among = flags.length }: Task): Promise<TaskResult> {
  if (kind === 'ask') return answer(ask ?? (await prepared.load()), times, among);
  const load = kind === 'load' ? prepared.load : prepared.loadChange;
  if (!load) throw new Error(`this engine has no "${kind}"`);
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) ask = await load();
  return { cpuUs: cpuMicroseconds(before) / times, share: undefined };
}

function answer(loaded: Ask, times: number, among: number): TaskResult {
  ask = loaded;
  let on = 0;
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    const { flag, person } = questions[i % questions.length]!;
    if (loaded(flag % among, person)) on++;
  }
  return { cpuUs: cpuMicroseconds(before) / times, share: on / times };
}

process.on('message', (task: Task) => void perform(task).then((result) => process.send?.(result)));
