import type { Catalogue } from '../catalogue.js';

export const findings = {} as const satisfies Catalogue;
