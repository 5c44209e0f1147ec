import type { Translation } from '../catalogue.js';
import type { recovery as english } from '../en/recovery.js';

export const recovery: Translation<typeof english> = {};
