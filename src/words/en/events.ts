import type { Catalogue } from '../catalogue.js';

export const events = {} as const satisfies Catalogue;
