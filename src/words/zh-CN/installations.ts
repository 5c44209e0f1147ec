import type { Translation } from '../catalogue.js';
import type { installations as english } from '../en/installations.js';

export const installations: Translation<typeof english> = {};
