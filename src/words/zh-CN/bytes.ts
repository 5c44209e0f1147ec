import type { Translation } from '../catalogue.js';
import type { bytes as english } from '../en/bytes.js';

export const bytes: Translation<typeof english> = {};
