import type { WrongClaim } from '../../formats/bbolt/behaviour/check.js';
import { freedTwice, pageBeyondEnd } from './words.js';

/** With which words a server ends once it writes to such a database; null where it goes on for now. */
export const wordsOfWrite = (kind: WrongClaim['kind'] | undefined): string | null => (kind === 'beyond' ? pageBeyondEnd : kind === 'wraps' ? freedTwice : null);
