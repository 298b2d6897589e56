import { InMemStorageProvider, Unleash, type ClientFeaturesResponse } from 'unleash-client';
import repositoryModule from 'unleash-client/lib/repository/index.js';
import { Operator } from 'unleash-client/lib/strategy/strategy.js';
import type { Engine } from './engine.ts';
import type { FlagSpec } from '../workload/flags.ts';

export const unleash: Engine = (specs, people) => {
  const bootstrap: ClientFeaturesResponse = { version: 2, features: specs.map(featureOf) };
  const keys = specs.map(({ key }) => key);
  const contexts = people.map(({ userId, repoId, plan, region }) => ({ userId, properties: { repoId, plan, region } }));
  return {
    async load() {
      const client = await offlineClient(bootstrap);
      return (flag, person) => client.isEnabled(keys[flag]!, contexts[person]);
    },
  };
};

/** The library's own repository, filled from its bootstrap; its start would also fetch, which no option prevents. */
async function offlineClient(bootstrap: ClientFeaturesResponse) {
  const about = { url: 'http://127.0.0.1:9/', appName: 'bench', instanceId: 'bench', refreshInterval: 0 };
  const repository = new repositoryModule.default({
    ...about,
    connectionId: 'bench',
    bootstrapProvider: { readBootstrap: () => Promise.resolve(bootstrap) },
    storageProvider: new InMemStorageProvider(),
    mode: { type: 'polling', format: 'full' },
  });
  repository.start = () => repository.loadBootstrap();
  const client = new Unleash({
    ...about,
    repository,
    disableMetrics: true,
    metricsInterval: 0,
    disableAutoStart: true,
  });
  const ready = new Promise<void>((resolve) => void client.once('ready', resolve));
  await client.start();
  await ready;
  return client;
}

const featureOf = (spec: FlagSpec) => ({
  name: spec.key,
  enabled: true,
  strategies: [
    ...spec.rules.map((attributes) => ({
      name: 'default',
      parameters: {},
      constraints: Object.entries(attributes).map(([contextName, values]) => ({
        contextName,
        operator: Operator.IN,
        inverted: false,
        values,
      })),
    })),
    {
      name: 'flexibleRollout',
      parameters: { rollout: String(spec.rolloutPercentage), stickiness: 'userId', groupId: spec.key },
      constraints: [],
    },
  ],
});
