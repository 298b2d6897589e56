import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endWithParent } from './lib/parent.mjs';
import { root } from './lib/project.mjs';
import { setUp } from './setup.mjs';

endWithParent();
await setUp({ build: true });

// The server runs in this very process, and `npm start` says exec (which Windows lacks, hence its second half): Ctrl+C,
// SIGTERM or the end of the process group reach it without a go-between, and npm waits until it has closed its database.
const server = join(root, 'cloud', 'dist', 'server.js');
process.chdir(root);
process.argv[1] = server;
await import(pathToFileURL(server).href);
