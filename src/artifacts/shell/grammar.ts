import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Language, Parser } from 'web-tree-sitter';

let parser: Parser | null = null;

/** The grammar lies in `dist/assets` of the built package, in `node_modules` of a checkout. */
function grammarPath(): string {
  const places = ['../../assets/tree-sitter-bash.wasm', '../../../node_modules/tree-sitter-bash/tree-sitter-bash.wasm', '../../../dist/assets/tree-sitter-bash.wasm'];
  for (const place of places) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error('tree-sitter-bash.wasm is missing from the installation; install the package again');
}

/**
 * Loads the shell grammar once; `shellParser` works afterwards. The grammar is compiled by the fast
 * compiler alone: the optimising one spends half a second on its lexer, more than a bundle's scripts
 * take to read. What is compiled later is optimised as ever.
 */
export async function loadShellGrammar(): Promise<void> {
  if (parser !== null) return;
  setFlagsFromString('--liftoff-only');
  try {
    await Parser.init();
    const language = await Language.load(grammarPath());
    parser = new Parser();
    parser.setLanguage(language);
  } finally {
    setFlagsFromString('--no-liftoff-only');
  }
}

/** The parser of POSIX shell and bash. Throws when `loadShellGrammar` was not awaited before. */
export function shellParser(): Parser {
  if (parser === null) throw new Error('loadShellGrammar() must be awaited before shell scripts are read');
  return parser;
}
