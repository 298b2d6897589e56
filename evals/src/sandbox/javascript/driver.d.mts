import type { GradeJob } from '../sandbox.ts';

export function judge(
  job: Omit<GradeJob, 'language' | 'timeoutMs'>,
  channel: { send(text: string): void; receive(): string | undefined },
  host: { assert: unknown; require: unknown; turn(): Promise<void>; rejections: unknown[] },
): Promise<{ status: 'passed' | 'failed' | 'error'; detail?: string; broken?: true; open?: true }>;
