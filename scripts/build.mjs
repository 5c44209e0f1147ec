// Compiles src/ to dist/ and copies what the program reads at run time (WASM, JSON tables, web page).
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
rmSync('dist', { recursive: true, force: true });
for (const project of ['tsconfig.json', 'tsconfig.page.json']) {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { stdio: 'inherit' });
}
cpSync('src', 'dist', { recursive: true, filter: (path) => !/\.ts$/.test(path) });
mkdirSync('dist/assets', { recursive: true });
cpSync('node_modules/tree-sitter-bash/tree-sitter-bash.wasm', 'dist/assets/tree-sitter-bash.wasm');
if (existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755);
