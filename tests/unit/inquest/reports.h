/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel reports as they stand in a log, made up: to be strung together in tests. */
#ifndef VMC_TESTS_REPORTS_H
#define VMC_TESTS_REPORTS_H

#define WARN(fn)                                                                          \
	"[   10.000000] ------------[ cut here ]------------\n"                           \
	"[   10.000001] WARNING: CPU: 1 PID: 70 at drivers/v.c:12 " fn "+0x10/0x20 [v]\n" \
	"[   10.000002] CPU: 1 PID: 70 Comm: warner Not tainted 6.1.0-mini #1\n"          \
	"[   10.000003] RIP: 0010:" fn "+0x10/0x20 [v]\n"                                 \
	"[   10.000004] Call Trace:\n"                                                    \
	"[   10.000005]  <TASK>\n"                                                        \
	"[   10.000006]  v_ioctl+0x5/0x10 [v]\n"                                          \
	"[   10.000007]  </TASK>\n"                                                       \
	"[   10.000008] ---[ end trace 0000000000000000 ]---\n"

#define OOPS(fn, address)                                                             \
	"[   20.000000] BUG: kernel NULL pointer dereference, address: " address "\n" \
	"[   20.000001] #PF: supervisor write access in kernel mode\n"                \
	"[   20.000002] Oops: 0002 [#1] PREEMPT SMP\n"                                \
	"[   20.000003] CPU: 0 PID: 99 Comm: worker Not tainted 6.1.0-mini #1\n"      \
	"[   20.000004] RIP: 0010:" fn "+0x15/0x40 [v]\n"                             \
	"[   20.000005] Call Trace:\n"                                                \
	"[   20.000006]  <TASK>\n"                                                    \
	"[   20.000007]  v_write+0x5/0x10 [v]\n"                                      \
	"[   20.000008]  </TASK>\n"                                                   \
	"[   20.000009] ---[ end trace 0000000000000000 ]---\n"

#define PANIC(message)                                                                           \
	"[   30.000000] Kernel panic - not syncing: " message "\n"                               \
	"[   30.000001] CPU: 2 PID: 300 Comm: last Tainted: G      D            6.1.0-mini #1\n" \
	"[   30.000002] Call Trace:\n"                                                           \
	"[   30.000003]  <TASK>\n"                                                               \
	"[   30.000004]  panic+0x110/0x300\n"                                                    \
	"[   30.000005]  gave_up+0x5/0x10\n"                                                     \
	"[   30.000006]  </TASK>\n"                                                              \
	"[   30.000007] Kernel Offset: 0x1a000000 from 0xffffffff81000000\n"

#define END_OF_PANIC(message) \
	"[   31.000000] ---[ end Kernel panic - not syncing: " message " ]---\n"

#define HUNG                                                                             \
	"[   25.000000] INFO: task cp:777 blocked for more than 122 seconds.\n"          \
	"[   25.000001]       Not tainted 6.1.0-mini #1\n"                               \
	"[   25.000002] task:cp              state:D stack:    0 pid:  777 ppid:     1 " \
	"flags:0x0\n"                                                                    \
	"[   25.000003] Call Trace:\n"                                                   \
	"[   25.000004]  <TASK>\n"                                                       \
	"[   25.000005]  __schedule+0x1/0x2\n"                                           \
	"[   25.000006]  schedule+0x1/0x2\n"                                             \
	"[   25.000007]  v_wait_for_it+0x1/0x2 [v]\n"                                    \
	"[   25.000008]  v_read+0x1/0x2 [v]\n"                                           \
	"[   25.000009]  </TASK>\n"

#define HUNG2                                                                            \
	"[   26.000000] INFO: task mv:778 blocked for more than 123 seconds.\n"          \
	"[   26.000001]       Not tainted 6.1.0-mini #1\n"                               \
	"[   26.000002] task:mv              state:D stack:    0 pid:  778 ppid:     1 " \
	"flags:0x0\n"                                                                    \
	"[   26.000003] Call Trace:\n"                                                   \
	"[   26.000004]  <TASK>\n"                                                       \
	"[   26.000005]  __schedule+0x1/0x2\n"                                           \
	"[   26.000006]  schedule+0x1/0x2\n"                                             \
	"[   26.000007]  v_unlink+0x1/0x2 [v]\n"                                         \
	"[   26.000008]  </TASK>\n"

#define SEGFAULT(comm, pid)                                                                        \
	"[   15.000000] " comm "[" pid "]: segfault at 0 ip 0000000000401234 sp 00007ffc00000000 " \
	"error 4 in " comm "[400000+1000]\n"

#define NOISE "[    1.000000] e1000: link is up\n"

#endif
