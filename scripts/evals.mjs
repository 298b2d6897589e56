import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/project.mjs';
import { setUp } from './setup.mjs';

// stdout is for what the command answers: `--json` must stay JSON on the first start, too.
await setUp({ build: true, output: process.stderr });

// The command runs in this very process and in the folder it was typed in, which npm run hides behind INIT_CWD.
if (process.env.npm_lifecycle_event === 'evals' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
await import(pathToFileURL(join(root, 'evals', 'dist', 'whetstone-evals.js')).href);
