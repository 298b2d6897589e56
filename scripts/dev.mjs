import { endWithParent } from './lib/parent.mjs';
import { exitLike, run } from './lib/run.mjs';
import { setUp } from './setup.mjs';

endWithParent();
await setUp({ build: false });
// Beside the server: the dashboard is built again with each change, and a reload of the page shows it.
const dashboard = run(['vite', 'build', '--watch', '--logLevel=error', 'cloud/dashboard'], { show: true });
const server = run(['tsx', 'watch', '--clear-screen=false', 'cloud/src/server.ts'], { show: true });
exitLike(await Promise.race([dashboard, server]));
