// Writes docs/reference/commands.md; a test fails when it is stale. Runs with tsx, which loads the commands.
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { commandsDoc } from './lib/commands-doc.mjs';

const FILE = 'docs/reference/commands.md';
writeFileSync(FILE, await format(await commandsDoc(process.cwd()), { parser: 'markdown', printWidth: 110 }));
