import type { Translation } from '../catalogue.js';
import type { causes as english } from '../en/causes.js';

export const causes: Translation<typeof english> = {};
