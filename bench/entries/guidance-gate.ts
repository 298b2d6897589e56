import { plannedFor, simulatedGates, type World } from '../../cloud/test/support/simulated-gates.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Bar, Entry, Table } from '../harness/report.ts';

const gates = 1_500;

interface Row {
  name: string;
  share: number;
}

interface Size {
  tasks: number;
  samples: number;
  candidates?: number;
}

const bases = [0.3, 0.6, 0.9];
const noises = [0, 0.05, 0.2];
const once: Size = { tasks: 120, samples: 1 };
const repeated: Size = { tasks: 164, samples: 5 };
const four: Size = { tasks: 164, samples: 1, candidates: 4 };

const percent = (share: number) => `${100 * share} %`;

/** Accepted by either path, over how often tasks pass and how often they come out differently. */
function accepted(change: Pick<World, 'effect' | 'cost' | 'how'>, sizes: readonly Size[], seed: number): Row[] {
  return bases.flatMap((base, i) =>
    noises
      .filter((noise) => noise < 2 * base * (1 - base))
      .flatMap((noise, j) =>
        sizes.map((size, k): Row => {
          const world: World = { base, noise, ...change };
          const { accepted: share } = simulatedGates(world, { ...size, gates, seed: seed + 100 * i + 10 * j + k });
          const { tasks, samples, candidates = 1 } = size;
          return {
            name: `base ${percent(base)}, noise ${percent(noise)}, ${tasks} tasks x ${samples}, candidates: ${candidates}`,
            share,
          };
        }),
      ),
  );
}

/** Accepted of what truly gains, with as many tasks as the plan says; of 164 tasks it asks for samples where they lack. */
function found(effect: number, { tasks, samples }: { tasks: number; samples?: number }, seed: number): Row[] {
  return bases.slice(0, 2).flatMap((base, i) =>
    noises.flatMap((noise, j) =>
      (['spread', 'wholly'] as const).map((how, k): Row => {
        const world: World = { base, noise, effect, how, cost: 1 };
        const plan = plannedFor(world, { seed, tasks, ...(samples !== undefined && { samples }) });
        const size = { tasks: plan.tasksNeeded, samples: plan.samplesPerProblem };
        const { accepted: share } = simulatedGates(world, { gates, seed: seed + 100 * i + 10 * j + k, ...size });
        return {
          name: `+${effect} points ${how}, base ${percent(base)}, noise ${percent(noise)}: ${size.tasks} tasks x ${size.samples}`,
          share,
        };
      }),
    ),
  );
}

const worst = (rows: readonly Row[]) => Math.max(...rows.map(({ share }) => share));
const least = (rows: readonly Row[]) => Math.min(...rows.map(({ share }) => share));

const tableOf = (title: string, better: Table['better'], rows: readonly Row[]): Table => ({
  title,
  unit: '%',
  better,
  base: rows[0]!.name,
  rows: rows.map(({ name, share }) => ({ name, samples: [100 * share] })),
});

/** How often the gate of guidance lets through what it should not, and finds what it was planned for, by the functions that decide. */
export const guidanceGate: Entry = {
  title: `The gate of guidance, simulated: ${gates} gates each`,
  lasts: 'two minutes',
  async run() {
    const reference = [referenceNs()];
    const nothing = accepted({ effect: 0, cost: 1, how: 'spread' }, [once, repeated, four], 1_000);
    const worse = accepted({ effect: -3, cost: 1, how: 'wholly' }, [once], 2_000);
    const worseAndCheaper = accepted({ effect: -3, cost: 0.8, how: 'wholly' }, [once, repeated, four], 3_000);
    const harmful = accepted({ effect: -10, cost: 0.8, how: 'wholly' }, [once], 4_000);
    const oneSample = { tasks: 100_000, samples: 1 };
    const powers = [
      ...found(10, oneSample, 5_000),
      ...found(15, oneSample, 6_000),
      ...found(10, { tasks: 164 }, 7_000),
    ];
    const atMost = (what: string, rows: readonly Row[], limit: number): Bar => ({
      what,
      actual: 100 * worst(rows),
      kind: 'at most',
      limit,
      unit: '%',
    });
    return {
      referenceNs: [...reference, referenceNs()],
      tables: [
        tableOf('Accepted though it changes nothing', 'less', nothing),
        tableOf('Accepted though it is truly 3 points worse', 'less', worse),
        tableOf('Accepted though it is truly 3 points worse, and a fifth cheaper', 'less', worseAndCheaper),
        tableOf('Accepted though it is truly 10 points worse, and a fifth cheaper', 'less', harmful),
        tableOf('Accepted of what truly adds the points that were planned for', 'more', powers),
      ],
      notes: [
        'A share of 5 % of 1,500 gates has a standard error of 0.6 points; with four candidates a gate counts where any of them is accepted.',
        'Chances to pass are Beta over tasks; noise is the share of tasks that come out differently though nothing changed. "wholly": few tasks gain or lose all the way.',
      ],
      bars: [
        atMost('accepted though it changes nothing', nothing, 5),
        atMost('accepted though 3 points worse', worse, 5),
        atMost('accepted though 3 points worse and cheaper', worseAndCheaper, 5),
        atMost('accepted though 10 points worse', harmful, 0),
        {
          what: 'accepted of what was planned for',
          actual: 100 * least(powers),
          kind: 'at least',
          limit: 80,
          unit: '%',
        },
      ],
    };
  },
};
