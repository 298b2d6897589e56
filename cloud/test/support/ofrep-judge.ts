import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { testData } from '../../../test/support/test-data.ts';

/** Where the OFREP 0.3 OpenAPI document lies, for tests that hold answers against it. */
export const ofrepData = testData('flags/ofrep');

type Schema = Record<string, unknown>;

interface OfrepDocument {
  components: { schemas: Record<string, Schema> };
}

/**
 * Says what the schema of that name in the OFREP document has against a body; nothing when it fits. Read as written but for
 * two things: the reason DEFAULT is taken, which OFREP's own ADR-0006 shows and the schema forgot; and a value fits any of
 * the types instead of exactly one, since integers are floats and `codeDefaultFlag`, an answer without a value, fits
 * everything. That one is left out: we promise a value.
 */
export function ofrepJudge(): (name: string, body: unknown) => string | undefined {
  const document = parse(readFileSync(join(ofrepData.path, 'openapi.yaml'), 'utf8')) as OfrepDocument;
  const success = document.components.schemas['evaluationSuccess'] as { allOf: Schema[] };
  const [members, values] = success.allOf as [
    { properties: { reason: { enum: string[] } } },
    { oneOf?: { $ref: string }[]; anyOf?: unknown },
  ];
  members.properties.reason.enum.push('DEFAULT');
  values.anyOf = values.oneOf!.filter(({ $ref }) => !$ref.endsWith('/codeDefaultFlag'));
  delete values.oneOf;

  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'ofrep');
  return (name, body) => {
    const check = ajv.getSchema(`ofrep#/components/schemas/${name}`);
    if (!check) throw new Error(`the OFREP document has no schema ${name}`);
    return check(body) === true ? undefined : ajv.errorsText(check.errors);
  };
}
