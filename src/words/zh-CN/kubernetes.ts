import type { Translation } from '../catalogue.js';
import type { kubernetes as english } from '../en/kubernetes.js';

export const kubernetes: Translation<typeof english> = {};
