import { InvalidArgumentError } from 'commander';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { currentLanguage, languageNamed, languages } from './language.js';

/** Reads the value of `--lang`. Throws commander's InvalidArgumentError with the list of languages for any other. */
export function languageOption(text: string): Language {
  const language = languageNamed(text);
  if (language === null) throw new InvalidArgumentError(say(currentLanguage(), 'cli.lang.unknown', { text, languages: languages.join(', ') }));
  return language;
}
