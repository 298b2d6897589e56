import { exitLike, run } from './lib/run.mjs';
import { setUp } from './setup.mjs';

await setUp({ build: true });
exitLike(await run(['tsx', 'scripts/story.ts', ...process.argv.slice(2)], { show: true }));
