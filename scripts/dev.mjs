import { endWithParent } from './lib/parent.mjs';
import { exitLike, run } from './lib/run.mjs';
import { setUp } from './setup.mjs';

endWithParent();
await setUp({ build: false });
exitLike(await run(['tsx', 'watch', '--clear-screen=false', 'cloud/src/server.ts'], { show: true }));
