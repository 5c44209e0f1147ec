import type { Catalogue } from '../catalogue.js';

export const installations = {} as const satisfies Catalogue;
