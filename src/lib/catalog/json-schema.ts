import { z } from 'zod';
import { descriptorSchema } from './descriptor.ts';

/** The text of schemas/service.schema.json, which editors check descriptors with (JSON Schema 2020-12). */
export const descriptorJsonSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(descriptorSchema, { io: 'input', reused: 'inline' }), null, 2)}\n`;
