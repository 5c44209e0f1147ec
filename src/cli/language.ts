import type { Language } from '../words/catalogue.js';

/** `--lang` wins, then the locale of the terminal. */
export function languageOf(argv: readonly string[], env: NodeJS.ProcessEnv): Language {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const said = at < 0 ? undefined : argv[at]?.includes('=') ? argv[at]?.split('=')[1] : argv[at + 1];
  const locale = said ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? '';
  return locale.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** Language of the running command. */
export function currentLanguage(): Language {
  return languageOf(process.argv.slice(2), process.env);
}
