// Writes src/case/case.schema.json, the published JSON Schema of case.json, from src/case/case-schema.ts.
// Run with: npx tsx scripts/case-schema.mjs
import { writeFileSync } from 'node:fs';
import { caseJsonSchema } from '../src/case/case-schema.ts';

writeFileSync(new URL('../src/case/case.schema.json', import.meta.url), `${JSON.stringify(caseJsonSchema(), null, 2)}\n`);
