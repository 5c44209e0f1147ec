import type { Catalogue } from '../catalogue.js';

export const kubernetes = {} as const satisfies Catalogue;
