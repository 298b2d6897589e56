import { validate } from 'dockerfile-utils';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../cloud/src/config.ts';
import { inRepository, repositoryFiles } from '../support/repository-files.ts';
import { FlyConfiguration } from './fly-configuration.ts';

const read = (file: string) => readFileSync(inRepository(file), 'utf8');
const { port } = readConfig({});

describe('the Dockerfile', () => {
  const text = read('Dockerfile');
  const copies = [...text.matchAll(/^COPY (?:--from=(\S+) )?(.+) \S+$/gm)].map(([, stage, sources = '']) => ({
    stage,
    sources: sources.split(' '),
  }));

  it('has no errors, and would show one', () => {
    expect(validate(text)).toEqual([]);
    expect(validate(text.replace('WORKDIR', 'WORKDIRECTORY'))).not.toEqual([]);
  });

  it('copies only what the repository has and the build context lets in', () => {
    const files = repositoryFiles();
    const letIn = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = copies.filter(({ stage }) => !stage).flatMap((copy) => copy.sources);
    const missing = sources.filter((source) => !files.some((file) => file === source || file.startsWith(`${source}/`)));
    const shutOut = sources.filter((source) => !letIn.some((path) => source === path || source.startsWith(`${path}/`)));
    expect({ missing, shutOut }).toEqual({ missing: [], shutOut: [] });
    expect(sources.length).toBeGreaterThan(5);
  });

  it('copies from stages that exist', () => {
    const stages = [...text.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
    expect(copies.flatMap(({ stage }) => (stage ? [stage] : [])).filter((stage) => !stages.includes(stage))).toEqual(
      [],
    );
  });

  it('has the manifest of every workspace package, without which the lockfile does not fit', () => {
    const packages = [...read('pnpm-workspace.yaml').matchAll(/^ {2}- (\S+)$/gm)].map(([, folder]) => folder);
    expect(packages.length).toBeGreaterThan(3);
    for (const folder of packages) expect(text).toContain(`COPY ${folder}/package.json ${folder}/`);
  });

  it('installs whatever the built server loads: the packages of the harness are in its bundle no more than its own', () => {
    const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });
    const dependenciesOf = (folder: string) =>
      Object.keys(Manifest.parse(JSON.parse(read(`${folder}/package.json`))).dependencies);
    expect(text).toMatch(/install --frozen-lockfile --prod --filter @whetstone\/cloud$/m);
    const installed = dependenciesOf('cloud');
    const wanted = ['evals', 'shared'].flatMap(dependenciesOf).filter((name) => !name.startsWith('@whetstone/'));
    // Of the command line alone.
    expect(wanted.filter((name) => !installed.includes(name))).toEqual(['commander']);
    expect(wanted).toContain('pyodide');
  });

  it('runs the built server as a user without rights, reachable from outside, and watches its health', () => {
    expect(text).toMatch(/^USER node$/m);
    expect(text).toMatch(/^ENV .*HOST=0\.0\.0\.0/m);
    expect(text).toMatch(/^HEALTHCHECK [^]*\/healthz/m);
    expect(text).toMatch(/^CMD \["node", "cloud\/dist\/server\.js"\]$/m);
    expect(text).toMatch(new RegExp(`^EXPOSE ${port}$`, 'm'));
  });
});

describe('fly.toml', () => {
  const text = read('fly.toml');
  const fly = FlyConfiguration.parse(parse(text));

  it('has only fields that Fly documents; a misspelt one fails', () => {
    const misspelt = (from: string, to: string) => FlyConfiguration.safeParse(parse(text.replace(from, to))).success;
    expect(misspelt('release_command', 'release_comand')).toBe(false);
    expect(misspelt('min_machines_running', 'min_machine_running')).toBe(false);
    expect(misspelt('grace_period', 'grace')).toBe(false);
    expect(misspelt('[http_service]', '[http_services]')).toBe(false);
  });

  it('migrates by a command of the built server', () => {
    const [program, file, command] = fly.deploy?.release_command?.split(' ') ?? [];
    expect([program, file]).toEqual(['node', 'cloud/dist/server.js']);
    expect(existsSync(inRepository('cloud/src/server.ts'))).toBe(true);
    expect(read('cloud/src/server.ts')).toMatch(new RegExp(`\\b${command}\\b`));
  });

  it("agrees with the server's port, its routes and its process", () => {
    expect([fly.http_service?.internal_port, fly.metrics?.port]).toEqual([port, port]);
    expect(fly.http_service?.checks?.map(({ path }) => path)).toEqual(['/readyz']);
    expect(fly.processes).toEqual({ web: 'node cloud/dist/server.js' });
    expect(fly.http_service?.processes).toEqual(['web']);
  });

  it('stops the server by the signal it answers to, with more time than it takes', () => {
    expect(fly.kill_signal).toBe('SIGTERM');
    expect(Number(fly.kill_timeout)).toBeGreaterThan(10);
  });
});
