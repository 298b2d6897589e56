import { contract as operations, hasBody, ofrep, pathKeys, sockets, streams } from '@whetstone/shared/contract';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openApi, openApiText } from '../../src/http/openapi.ts';
import { version } from '../../src/version.ts';

const contract = { ...operations, ...streams, ...sockets, ...ofrep };
const kept = resolve(import.meta.dirname, '../../../docs/openapi.json');

interface Operation {
  operationId: string;
  'x-role': string;
  parameters?: { name: string; in: string }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
}

const document = openApi(contract, version) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};
const described = Object.values(document.paths).flatMap((path) => Object.values(path));

describe('the OpenAPI document', () => {
  it('is the one in docs/openapi.json; `pnpm generate` writes it', () => {
    expect(readFileSync(kept, 'utf8')).toBe(openApiText(contract, version));
  });

  it('has every operation with its role', () => {
    const roles = described.map((each) => [each.operationId, each['x-role']]);
    expect(Object.fromEntries(roles)).toEqual(
      Object.fromEntries(Object.entries(contract).map(([id, { role }]) => [id, role])),
    );
  });

  it('leaves no reference open', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to!);
    expect(references.length).toBeGreaterThan(10);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references.filter((to) => !known.includes(to))).toEqual([]);
  });

  it('names every path value, and a body only where one is taken', () => {
    for (const [id, op] of Object.entries(contract)) {
      const operation = described.find(({ operationId }) => operationId === id)!;
      const inPath = operation.parameters?.filter((parameter) => parameter.in === 'path').map(({ name }) => name) ?? [];
      expect(inPath).toEqual(pathKeys(op.path));
      if (!hasBody(op)) expect(operation.requestBody).toBeUndefined();
    }
  });

  it('tells which problems each operation may answer', () => {
    const update = described.find(({ operationId }) => operationId === 'updateFlag')!;
    expect(Object.keys(update.responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '415',
      '500',
      '503',
    ]);
  });
});
