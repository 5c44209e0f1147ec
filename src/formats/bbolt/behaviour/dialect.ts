/**
 * What differs between the bbolt generations inside etcd:
 * `1.3` = up to 1.3.6 (etcd 3.3, 3.4 as Debian builds them): flags tested bit by bit, no key order check,
 * no self-identity check, page size from meta 0 only;
 * `1.4` = 1.3.7 and later in what matters here (etcd 3.5, 3.6);
 * `1.5` = panics during a check become errors of the check (etcd 3.7).
 */
export type Dialect = '1.3' | '1.4' | '1.5';
