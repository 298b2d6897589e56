import { interval, percent } from './step.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** Suspicion by itself, then both sides are run again; only what they confirm is an alert. */
export async function alertRaised({ admin }: World) {
  const regression = await until('the alert', async () => {
    const [newest] = (await admin.listRegressions({ limit: 1 })).items;
    if (newest && ['cleared', 'unconfirmed'].includes(newest.state))
      throw new Error(`the regression is ${newest.state}: ${newest.reason ?? newest.history.at(-1)?.what}`);
    return newest?.state === 'alert' && newest.rollback ? newest : undefined;
  });
  const { evidence, suspicion } = regression;
  return {
    regression,
    facts: [
      `regression ${regression.id}: suspected by ${suspicion.test} (drop of ${suspicion.dropPoints.toFixed(1)} points, p = ${suspicion.p.toPrecision(2)}), both sides run again`,
      `${regression.state}, ${regression.severity}: ${percent(evidence!.before.passRate)} (n ${evidence!.before.n}) to ${percent(evidence!.after.passRate)} (n ${evidence!.after.n})`,
      `drop of ${evidence!.dropPoints.toFixed(1)} points, 95 % interval ${interval(evidence!.interval)}, p = ${evidence!.p.toPrecision(2)}; ${evidence!.lost.length} of ${evidence!.problems} tasks lost`,
      `${regression.rollback!.outcome} at once, without waiting for the bisect: ${regression.rollback!.reason} (flag version ${regression.rollback!.flagVersion})`,
    ],
    seenAt: [`/regressions/${regression.id}`],
  };
}
