import { inputRequired, type ElicitRequestFormParams } from '@modelcontextprotocol/server';

type Form = ElicitRequestFormParams['requestedSchema'];

/** A question to the user. */
export const form = (message: string, requestedSchema: Form) => inputRequired.elicit({ message, requestedSchema });

export const textForm = (message: string, ...fields: string[]) =>
  form(message, {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' as const }])),
    required: fields,
  });

const titled = (names: Record<string, string>) =>
  Object.entries(names).map(([name, title]) => ({ const: name, title }));

/** A default of each type (SEP-1034). */
export const defaults: Form = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};

/** A choice of each kind (SEP-1330). */
export const enums: Form = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: titled({ value1: 'First', value2: 'Second', value3: 'Third' }) },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: titled({ value1: 'First', value2: 'Second', value3: 'Third' }) } },
  },
};
