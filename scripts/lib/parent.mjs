/**
 * Stops this process in an orderly way once npm or pnpm, having started it, is gone: a signal sent to them alone often
 * ends in the shell they put in between, and a kill -9 reaches nobody else.
 */
export function endWithParent() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  timer.unref();
}
