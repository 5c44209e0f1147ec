import type { Rule } from '../rule.js';
import { ran } from '../signs/index.js';

/** Files of one member were copied to another: two members then claim one identity. */
export const dataCopiedBetweenMembers: Rule = {
  id: 'data-copied-between-members',
  role: 'after-effect',
  proves: [ran(/\b(?:scp|rsync)\b.*(?:\/var\/lib\/etcd|member\/(?:snap|wal)|server\/db\/etcd)/, /:\S*backup|\/root\/|\/tmp\/|\/home\//)],
  decide: ['history'],
  source: 'field notes 5',
};
