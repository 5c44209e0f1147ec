import { isSecret } from './storage-key.js';

/** The annotation in which `kubectl apply` keeps a whole copy of the object (kubectl pkg/apply). */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** True for objects whose content must not be shown without being asked for. */
export function holdsSecrets(resource: string, object: Record<string, unknown>): boolean {
  return isSecret(resource) || object['kind'] === 'Secret' || object['kind'] === 'OAuthAccessToken' || object['kind'] === 'OAuthAuthorizeToken';
}

/**
 * A copy in which every value of a secret is replaced by `mark`: names of entries stay, contents go, the
 * copy that `kubectl apply` left in the annotations goes too.
 */
export function withSecretsWithheld(object: Record<string, unknown>, mark: string): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (key === 'apiVersion' || key === 'kind' || key === 'type' || key === 'immutable') shown[key] = value;
    else if (key === 'metadata' && isObject(value)) {
      const annotations = value['annotations'];
      shown[key] = !isObject(annotations) ? value : { ...value, annotations: Object.fromEntries(Object.entries(annotations).map(([name, text]) => [name, name === lastAppliedAnnotation ? mark : text])) };
    } else shown[key] = isObject(value) ? Object.fromEntries(Object.keys(value).map((name) => [name, mark])) : mark;
  }
  return shown;
}
