import type { RunPurpose } from '../runs/start-run.ts';

/** Runs that say how good a subject is: reruns, steps of a bisect and runs of gates say something else. */
export const countingPurposes = ['run', 'scheduled', 'seed'] as const satisfies RunPurpose[];

interface Counted {
  purpose: RunPurpose;
  status: string;
  isWhole: boolean;
}

export const isCounting = ({ purpose, status, isWhole }: Counted): boolean =>
  status === 'completed' && isWhole && (countingPurposes as readonly RunPurpose[]).includes(purpose);
