import type { Translation } from '../catalogue.js';
import type { events as english } from '../en/events.js';

export const events: Translation<typeof english> = {};
