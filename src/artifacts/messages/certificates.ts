import { entry, kubernetes, server, tools, type MessageEntry } from './entry.js';

const everybody = [...new Set([...server, ...tools, ...kubernetes])];

/** TLS, as etcd and its clients say it. */
export const certificateMessages: readonly MessageEntry[] = [
  entry('tls.expired', everybody, 'bad', 'certificate-expired', [/certificate has expired or is not yet valid(?:: current time (?<now>\S+) is (?<side>after|before) (?<bound>[0-9TZ:+-]+))?/, /part of the existing bootstrap client certificate.*?expired/, /part of the existing bootstrap client certificate .* is expired/, /tls: expired certificate/], 'x509: certificate has expired or is not yet valid: current time 2024-05-13T00:42:02Z is after 2024-05-12T08:00:00Z'),
  entry('tls.wrong-name', everybody, 'bad', 'certificate-wrong', [/certificate is valid for (?<names>.+?), not (?<wanted>[^\s"\\]+)/, /certificate is not valid for any names/, /doesn't contain any IP SANs/, /certificate relies on legacy Common Name field/], 'x509: certificate is valid for 127.0.0.1, 10.0.0.1, not 10.0.0.2'),
  entry('tls.unknown-authority', everybody, 'bad', 'certificate-wrong', [/certificate signed by unknown authority/, /tls: unknown certificate authority/], 'x509: certificate signed by unknown authority'),
  entry('etcd.rejected-connection', server, 'info', 'certificate-wrong', [/rejected connection (?:from|on)/], 'embed: rejected connection from "10.0.0.9:51544" (error "remote error: tls: bad certificate", ServerName "")', { severity: 'warning' }),
  entry('tls.bad-certificate', everybody, 'bad', 'certificate-wrong', [/remote error: tls: bad certificate/, /tls: failed to verify certificate/, /tls: first record does not look like a TLS handshake/, /client didn't provide a certificate/], 'remote error: tls: bad certificate', { severity: 'warning' }),
  entry('tls.file-missing', everybody, 'bad', 'certificate-wrong', [/open \S+\.(?:pem|crt|key): no such file or directory/, /private key does not match public key/, /KeyFile and CertFile must both be present/], 'open /etc/ssl/etcd/ssl/member-node1.pem: no such file or directory'),
];
