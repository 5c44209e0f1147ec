import type { Translation } from '../catalogue.js';
import type { report as english } from '../en/report.js';

export const report: Translation<typeof english> = {};
