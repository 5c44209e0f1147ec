import type { Translation } from '../catalogue.js';
import type { web as english } from '../en/web.js';

export const web: Translation<typeof english> = {};
