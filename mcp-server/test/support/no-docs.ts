import type { ToolContext } from '../../src/tools/tool.ts';

/** For contexts whose test is not about documentation: the cloud is away and nothing was kept. */
export const noDocs: ToolContext['docs'] = {
  async search(_, { signal }) {
    signal?.throwIfAborted();
    const structured = {
      library: null,
      versionAsked: null,
      versionFrom: null,
      versionAnswered: null,
      isAskedVersion: true,
      results: [],
      mode: 'lexical',
      notes: [],
      nearest: [],
      source: 'default',
      degradedReason: 'there is no cloud in this test',
    } as const;
    return { structured: { ...structured, results: [], notes: [], nearest: [] }, text: 'nothing found' };
  },
  async read(_, { signal }) {
    signal?.throwIfAborted();
    const text = '';
    const versions = {
      library: 'x',
      versionAsked: null,
      versionFrom: null,
      versionAnswered: null,
      isAskedVersion: true,
    };
    const page = { path: 'x', title: 'x', url: '', lines: 0, startLine: 1, endLine: 1, text, stale: false };
    const said = { trust: 'untrusted-documentation', source: 'default', degradedReason: 'there is no cloud' } as const;
    return { structured: { ...versions, ...page, ...said, warnings: [], notes: [] }, text };
  },
  async verify(_, { signal }) {
    signal?.throwIfAborted();
    return { structured: { citations: [], source: 'default' }, text: '0 of 0' };
  },
  libraries: async () => [],
};
