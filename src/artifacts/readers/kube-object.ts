import { parseIso } from '../../time/parse.js';
import { cite, shown } from '../cite.js';
import type { KubeObjectFact } from '../fact.js';
import type { Section, TextLine } from '../reader.js';

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '');

/** The main fields of one object in JSON or YAML; `data` and `stringData` are never looked at. */
export function kubeObject(section: Section, anchor: TextLine, item: Json): KubeObjectFact {
  const kind = text(item['kind']);
  const meta = object(item['metadata']);
  const status = object(item['status']);
  const fields: Record<string, string> = {};
  const put = (key: string, value: unknown): void => {
    const written = text(value);
    if (written !== '') fields[key] = shown(written);
  };
  put('uid', meta['uid']);
  put('resourceVersion', meta['resourceVersion']);
  put('creationTimestamp', meta['creationTimestamp']);
  put('deletionTimestamp', meta['deletionTimestamp']);
  put('nodeName', object(item['spec'])['nodeName']);
  if (kind === 'Event') {
    for (const key of ['reason', 'message', 'type', 'count', 'firstTimestamp', 'lastTimestamp', 'eventTime']) put(key, item[key]);
    const involved = object(item['involvedObject']);
    put('object', `${text(involved['kind'])}/${text(involved['name'])}`);
    put('component', object(item['source'])['component']);
    put('host', object(item['source'])['host']);
  }
  if (kind === 'Lease') put('renewTime', object(item['spec'])['renewTime']);
  const info = object(status['nodeInfo']);
  for (const key of ['kubeletVersion', 'containerRuntimeVersion', 'kernelVersion', 'osImage']) put(key, info[key]);
  for (const address of list(status['addresses']).map(object)) put(`address.${text(address['type'])}`, address['address']);
  for (const condition of list(status['conditions']).map(object)) put(`condition.${text(condition['type'])}`, `${text(condition['status'])} since ${text(condition['lastTransitionTime'])}`);
  for (const container of list(status['containerStatuses']).map(object)) {
    const name = text(container['name']);
    put(`restarts.${name}`, container['restartCount']);
    const last = object(object(container['lastState'])['terminated']);
    put(`exitCode.${name}`, last['exitCode']);
    put(`exitReason.${name}`, last['reason']);
    put(`finishedAt.${name}`, last['finishedAt']);
    put(`startedAt.${name}`, object(object(container['state'])['running'])['startedAt']);
  }
  return {
    kind: 'kube-object', at: cite(section, anchor), host: null, resource: kind.toLowerCase(), namespace: text(meta['namespace']) || null, name: text(meta['name']),
    status: text(status['phase']) || null, age: parseIso(text(meta['creationTimestamp'])), fields,
  };
}
