import { exitLike, run } from './lib/run.mjs';
import { setUp } from './setup.mjs';

await setUp({ build: true });
exitLike(await run(['tsx', 'test/drills/run.ts', ...process.argv.slice(2)], { show: true }));
