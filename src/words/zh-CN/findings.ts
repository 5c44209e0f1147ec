import type { Translation } from '../catalogue.js';
import type { findings as english } from '../en/findings.js';

export const findings: Translation<typeof english> = {};
