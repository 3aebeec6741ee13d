// Writes schemas/: the published forms of a service descriptor and of a conformance report. A test fails when it is stale.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { descriptorJsonSchema } from '../src/lib/catalog/json-schema.ts';
import { reportJsonSchema } from '../src/lib/conformance/report-schema.ts';

const folder = path.join(import.meta.dirname, '..', 'schemas');
writeFileSync(path.join(folder, 'service.schema.json'), descriptorJsonSchema());
writeFileSync(path.join(folder, 'conformance-report.schema.json'), reportJsonSchema());
