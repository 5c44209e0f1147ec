import type { Catalogue } from '../catalogue.js';

export const causes = {} as const satisfies Catalogue;
