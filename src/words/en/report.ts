import type { Catalogue } from '../catalogue.js';

export const report = {} as const satisfies Catalogue;
