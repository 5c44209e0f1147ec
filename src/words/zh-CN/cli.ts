import type { Translation } from '../catalogue.js';
import type { cli as english } from '../en/cli.js';

export const cli: Translation<typeof english> = {
  'cli.description': '离线读取已宕机的 Kubernetes 控制平面的文件，并给出有证据的结论：发生了什么、应恢复哪个 etcd 快照、执行哪些命令。',
  'cli.version': '显示版本',
  'cli.lang': '输出语言：en 或 zh-CN（默认取自系统区域设置）',
  'cli.help': '显示帮助',
  'cli.examples': '示例：\n  etcd-autopsy analyze ./bundle --out ./report\n  etcd-autopsy snapshot check snapshot.db\n  etcd-autopsy boot /copy/of/var/lib/etcd --etcd 3.5\n  etcd-autopsy explain "panic: freepages: failed to get all reachable pages"',
  'cli.group.snapshot': '查看单个 etcd 快照或 db 文件',
  'cli.group.wal': '查看预写日志（WAL）',
  'cli.group.cases': '列出、查看、删除、导出以往的案例',
  'cli.group.bundle': '准备支持包',
};
