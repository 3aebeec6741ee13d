// Writes schemas/: the published form of a service descriptor. A test fails when it is stale.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { descriptorJsonSchema } from '../src/lib/catalog/json-schema.ts';

writeFileSync(path.join(import.meta.dirname, '..', 'schemas', 'service.schema.json'), descriptorJsonSchema());
