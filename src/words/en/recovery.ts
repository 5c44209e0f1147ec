import type { Catalogue } from '../catalogue.js';

export const recovery = {} as const satisfies Catalogue;
