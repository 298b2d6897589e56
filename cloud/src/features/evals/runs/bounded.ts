import type { Attempt, Solver } from '@whetstone/evals';

/** Of an answer, in characters: beyond it nobody has written a program or a patch. A model's endpoint may send sixteen times that. */
const longestAnswer = 1_000_000;
/** Of each half of what was said, in characters: as much as a command's two outputs come to. */
const longestWords = 200_000;
/** What sandboxes keep to anyway. */
const longestDetail = 4_000;

/** The same subject, of whose answers no more is kept and graded than a row may hold. */
export const bounded = <S extends Pick<Solver, 'solve'>>(solver: S): S => ({
  ...solver,
  solve: async (...asked: Parameters<Solver['solve']>) => boundedAttempt(await solver.solve(...asked)),
});

export function boundedAttempt({ answer, transcript, ...attempt }: Attempt): Attempt {
  const length = answer.kind === 'none' ? 0 : answer.text.length;
  return {
    ...attempt,
    answer:
      answer.kind === 'none'
        ? { ...answer, reason: shortDetail(answer.reason) }
        : length > longestAnswer
          ? {
              kind: 'none',
              reason: `the answer has ${length} characters, more than the ${longestAnswer} that are kept`,
            }
          : answer,
    ...(transcript && {
      transcript: { request: cutInside(transcript.request), response: cutInside(transcript.response) },
    }),
  };
}

/** Why a sample was not passed, or a run ended before its time. */
export const shortDetail = (text: string): string =>
  text.length > longestDetail ? `${text.slice(0, longestDetail - 1)}…`.toWellFormed() : text;

/** The beginning and the end say the most. */
function cutInside(text: string): string {
  if (text.length <= longestWords) return text;
  const half = longestWords / 2;
  const left = text.length - longestWords;
  return `${text.slice(0, half)}\n[whetstone: ${left} characters left out]\n${text.slice(-half)}`.toWellFormed();
}
