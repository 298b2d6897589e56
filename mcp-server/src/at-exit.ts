/** Has something done when the process ends, and answers how to call it off. */
export function atExit(run: () => void) {
  process.once('exit', run);
  return () => void process.off('exit', run);
}
