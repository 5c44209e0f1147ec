import { writeFileSync } from 'node:fs';
import { pages } from './pages.js';

for (const [path, page] of Object.entries(pages)) {
  writeFileSync(path, page());
  console.log(path);
}
