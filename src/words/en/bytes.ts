import type { Catalogue } from '../catalogue.js';

export const bytes = {} as const satisfies Catalogue;
