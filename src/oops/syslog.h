/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that a system's logging daemon has written down: date, host, program, message. */
#ifndef VMC_OOPS_SYSLOG_H
#define VMC_OOPS_SYSLOG_H

#include "oops/oops.h"
#include "oops/text.h"

/*
 * A date, and what syslog and the journal have behind it. dmesg --time-format=iso has
 * nothing there; one knows it by the comma. Nor has a recorded console, where the
 * kernel's own stamp follows at once, nor a container's log file.
 */
bool vmc_oops_eat_syslog(struct slice *s, struct vmc_log_line *x);
/* "host kernel: ", "host program[12]: " */
bool vmc_oops_eat_host_and_tag(struct slice *s, struct vmc_log_line *x);
/*
 * What follows the level in a message of RFC 5424: "1 DATE host program process message-id
 * data text". The data is "-" or elements in brackets.
 */
bool vmc_oops_eat_rfc5424(struct slice *s, struct vmc_log_line *x);
/*
 * journalctl -o short-monotonic has the host behind the stamp, "[   12.3] host kernel: text",
 * which is only sure of lines that the kernel wrote. Takes it off and remembers it in *host
 * (borrowed), so that the lines of other programs on that host are known as theirs.
 */
void vmc_oops_eat_journal_host(struct slice *s, struct vmc_log_line *line, struct slice *host);

#endif
