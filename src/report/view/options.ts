import type { Case } from '../../case/model.js';

/** Names of options on the command line where they differ from those in the case. */
const flags: Readonly<Record<string, string>> = { language: 'lang' };

/** The options of the analysis as one types them; empty without any. */
export const optionsAsTyped = ({ options }: Pick<Case, 'options'>): string => Object.entries(options).map(([name, value]) => `--${flags[name] ?? name} ${String(value)}`).join(' ');
