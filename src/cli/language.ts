import type { Language } from '../words/catalogue.js';

export const languages: readonly Language[] = ['en', 'zh-CN'];

/** The language that a locale asks for; null when there are no words in it. */
export function languageNamed(locale: string): Language | null {
  return languages.find((language) => locale.toLowerCase().split(/[-_.@]/)[0] === language.split('-')[0]) ?? null;
}

/** `--lang` wins, then the locale of the terminal. */
export function languageOf(argv: readonly string[], env: NodeJS.ProcessEnv): Language {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const said = at < 0 ? undefined : argv[at]?.includes('=') ? argv[at]?.split('=')[1] : argv[at + 1];
  const locale = said ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? '';
  return languageNamed(locale) ?? 'en';
}

/** Language of the running command. */
export function currentLanguage(): Language {
  return languageOf(process.argv.slice(2), process.env);
}

const shortCommands = new Set(['snapshot', 'boot', 'wal', 'hashkv', '--help', '-h', '--version', '-V']);

/** True for commands that answer at once and in one language: nobody reads a page or a stored case in another one. */
export function speaksOnce(argv: readonly string[]): boolean {
  return argv[0] === undefined || shortCommands.has(argv[0]);
}
