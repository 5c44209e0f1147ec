import type { Translation } from '../catalogue.js';
import type { installations as en } from '../en/installations.js';

export const installations: Translation<typeof en> = {
  'finding.installation.sources-differ.message': '{host} 上关于 {option} 的来源不一致：{first} 与 {second}。',
  'finding.installation.sources-differ.meaning': '同一台主机的 unit、环境文件、清单、日志或进程列表给出了不同的值。以正在运行的进程和 unit 为准。',
  'finding.installation.sources-differ.act': '恢复之前，先在主机上确认 etcd 实际使用的值（systemctl cat etcd；ps -ef | grep etcd）。',
  'finding.installation.leftover.message': '{host} 上有一份旧的数据目录副本：{path}。',
  'finding.installation.leftover.meaning': '有人在此移动或复制过数据目录，其中的数据可能比快照更新。',
  'finding.installation.leftover.act': '不要删除它，请一并收集进来以便判断。',
  'finding.installation.second-unit.message': '{host} 上有多个 unit 会启动 etcd：{units}。',
  'finding.installation.second-unit.meaning': '两个 unit 可能在同一个数据目录或端口上启动 etcd。',
  'finding.installation.second-unit.act': '确认哪一个属于本集群，恢复前先禁用另一个。',
  'finding.installation.members-differ.message': '成员信息互相矛盾：{first} 与 {second}。',
  'finding.installation.members-differ.meaning': '各主机自身的设置、成员列表与 initial-cluster 描述的成员不一致。',
  'finding.installation.members-differ.act': '以成员自身的名称和 peer URL 为准；恢复前请核对这两台主机。',
};
